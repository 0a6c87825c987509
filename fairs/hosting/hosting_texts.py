"""Standard texts of the papers about supported importers. Each fair can have versions of its own."""

from __future__ import annotations

from fairs.documents.kinds import Texts

PLACEHOLDERS = (
    "fair", "from", "to", "venue", "legal_basis", "plan_decision", "budget", "total_words", "matter", "review", "countries",
    "travel_total", "lodging_total", "nights", "night_cap", "caps", "caps_decision",
)  # fmt: skip

_UNIT = {"superior": "Sở Công Thương Hà Nội", "organisation": "Phòng Quản lý Thương mại", "symbol": "TTr-QLTM"}
_UNIT_EN = {
    "superior": "Hanoi Department of Industry and Trade", "organisation": "Trade Management Division",
    "symbol": "TTr-QLTM",
}  # fmt: skip
_DEPARTMENT = {"superior": "Ủy ban nhân dân\nthành phố Hà Nội", "organisation": "Sở Công Thương", "symbol": "QĐ-SCT"}
_DEPARTMENT_EN = {
    "superior": "People's Committee\nof Hanoi", "organisation": "Department of Industry and Trade", "symbol": "QĐ-SCT",
}  # fmt: skip
_BASES = (
    "Căn cứ chức năng, nhiệm vụ, quyền hạn của Sở Công Thương thành phố Hà Nội;\n"
    "Căn cứ {legal_basis};\n"
    "Căn cứ {plan_decision};\n"
)
_BASES_EN = (
    "Pursuant to the functions, duties and powers of the Hanoi Department of Industry and Trade;\n"
    "Pursuant to {legal_basis};\n"
    "Pursuant to {plan_decision};\n"
)
_AMENDED = "Căn cứ Quyết định số {amended_number} {amended_date};\n"
_AMENDED_EN = "Pursuant to decision no. {amended_number} of {amended_date};\n"
_PROPOSED = "Xét đề nghị của Trưởng phòng Quản lý Thương mại tại Tờ trình số {submission_number} {submission_date}."
_PROPOSED_EN = "At the proposal of the head of the Trade Management Division, submission no. {submission_number} of {submission_date}."
_DUTY = "Chánh Văn phòng, Trưởng phòng Quản lý Thương mại, Trưởng phòng Kế hoạch - Tài chính và Thủ trưởng các đơn vị có liên quan chịu trách nhiệm thi hành Quyết định này./."
_DUTY_EN = "The chief of office, the heads of the Trade Management and of the Planning and Finance divisions and the units concerned carry out this decision."
_DECISION = {
    **_DEPARTMENT, "place": "Hà Nội", "addressee": "", "authority": "Giám đốc Sở Công Thương Hà Nội", "signer": "Giám đốc",
    "recipients": "Như Điều 3;\nUBND Thành phố (để báo cáo);\nSở Tài chính;\nGiám đốc, các Phó Giám đốc Sở;\nLưu: VT, QLTM.",
}  # fmt: skip
_DECISION_EN = {
    **_DEPARTMENT_EN, "place": "Hanoi", "addressee": "", "signer": "Director",
    "authority": "The Director of the Hanoi Department of Industry and Trade",
    "recipients": "as in article 3;\nPeople's Committee of Hanoi (for report);\nDepartment of Finance;\nDirector and deputy directors;\nFile: archive, Trade Management Division.",
}  # fmt: skip
_CONDITIONS = (
    "Kinh phí vé máy bay được thanh toán theo chi phí thực tế, không vượt mức tối đa nêu tại Phụ lục, sau khi nhà nhập khẩu đến "
    "dự Hội chợ và nộp đủ chứng từ; các đêm lưu trú ngoài thời gian được hỗ trợ do nhà nhập khẩu tự chi trả."
)
_CONDITIONS_EN = (
    "Travel is refunded at what it cost, up to the amount in the annex, after the importer came to the fair and handed in the "
    "receipts; nights outside the supported ones are paid by the importer."
)

TEXTS: dict[tuple[str, str], Texts] = {
    ("submission", "vi"): Texts(
        **_UNIT, place="Hà Nội", heading="Về việc {matter}", addressee="Giám đốc Sở Công Thương Hà Nội", bases="",
        body=(
            "{fair} được tổ chức từ ngày {from} đến ngày {to} tại {venue}.\n"
            "Căn cứ {legal_basis} và {plan_decision}, Phòng Quản lý Thương mại đã tiếp nhận, chấm điểm hồ sơ đăng ký của các nhà "
            "nhập khẩu nước ngoài và rà soát trùng lặp với các nguồn hỗ trợ khác. {review}\n"
            "Phòng Quản lý Thương mại kính trình Giám đốc Sở xem xét, {matter}, cụ thể như sau:\n"
            "1. Số lượng: {count} nhà nhập khẩu đến từ {countries} quốc gia, vùng lãnh thổ (danh sách tại Phụ lục kèm theo dự thảo Quyết định).\n"
            "2. Mức hỗ trợ theo {caps_decision}: vé máy bay theo chi phí thực tế, tối đa (đồng/người) {caps}; lưu trú tối đa "
            "{nights} đêm, không quá {night_cap} đồng/đêm.\n"
            "3. Tổng kinh phí tối đa: {total} đồng (Bằng chữ: {total_words}), trong đó vé máy bay {travel_total} đồng, lưu trú {lodging_total} đồng.\n"
            "4. Nguồn kinh phí: {budget}.\n"
            "Phòng Quản lý Thương mại kính trình Giám đốc Sở xem xét, quyết định (có dự thảo Quyết định kèm theo)./."
        ),
        recipients="Như trên;\nPhòng Kế hoạch - Tài chính;\nLưu: QLTM.", authority="", signer="Trưởng phòng",
    ),
    ("submission", "en"): Texts(
        **_UNIT_EN, place="Hanoi", heading="On {matter}", addressee="the Director of the Hanoi Department of Industry and Trade",
        bases="",
        body=(
            "{fair} takes place from {from} to {to} at {venue}.\n"
            "Pursuant to {legal_basis} and {plan_decision}, the Trade Management Division has received and scored the "
            "applications of foreign importers and checked them for support from other funds. {review}\n"
            "The division submits to the Director for decision: {matter}, as follows:\n"
            "1. Number: {count} importers from {countries} countries (list in the annex of the draft decision).\n"
            "2. Amounts by {caps_decision}: travel at what it cost, up to (VND a person) {caps}; rooms for up to {nights} nights, "
            "not more than VND {night_cap} a night.\n"
            "3. Total, at most: VND {total} ({total_words}), of it travel VND {travel_total} and rooms VND {lodging_total}.\n"
            "4. Source: {budget}.\n"
            "The division asks the Director to consider and decide (draft decision attached)."
        ),
        recipients="as above;\nPlanning and Finance Division;\nFile: Trade Management Division.", authority="",
        signer="Head of division",
    ),
    ("decision", "vi"): Texts(
        **_DECISION, heading="Về việc {matter}", bases=_BASES + _PROPOSED,
        body=(
            "Điều 1. Phê duyệt danh sách {count} nhà nhập khẩu nước ngoài được hỗ trợ tham dự {fair} (từ ngày {from} đến ngày "
            "{to}), chi tiết tại Phụ lục kèm theo Quyết định này.\n"
            "Điều 2. Mức hỗ trợ và nguồn kinh phí\n"
            "1. Mức hỗ trợ theo {caps_decision}: vé máy bay theo chi phí thực tế, tối đa (đồng/người) {caps}; lưu trú tối đa "
            "{nights} đêm, không quá {night_cap} đồng/đêm.\n"
            "2. " + _CONDITIONS + "\n"
            "3. Tổng kinh phí hỗ trợ tối đa: {total} đồng (Bằng chữ: {total_words}).\n"
            "4. Nguồn kinh phí: {budget}. Việc quản lý, thanh quyết toán thực hiện theo quy định hiện hành.\n"
            "Điều 3. Quyết định này có hiệu lực kể từ ngày ký. " + _DUTY
        ),
    ),
    ("decision", "en"): Texts(
        **_DECISION_EN, heading="On {matter}", bases=_BASES_EN + _PROPOSED_EN,
        body=(
            "Article 1. The list of {count} foreign importers who are supported at {fair} ({from} to {to}) is approved; it is "
            "annexed to this decision.\n"
            "Article 2. Amounts and source\n"
            "1. Amounts by {caps_decision}: travel at what it cost, up to (VND a person) {caps}; rooms for up to {nights} nights, "
            "not more than VND {night_cap} a night.\n"
            "2. " + _CONDITIONS_EN + "\n"
            "3. Total, at most: VND {total} ({total_words}).\n"
            "4. Source: {budget}. Management and settlement follow the regulations in force.\n"
            "Article 3. This decision takes effect on the day it is signed. " + _DUTY_EN
        ),
    ),
    ("amendment", "vi"): Texts(
        **_DECISION, heading="Về việc {matter}", bases=_BASES + _AMENDED + _PROPOSED,
        body=(
            "Điều 1. Sửa đổi, bổ sung mức hỗ trợ tại Quyết định số {amended_number} {amended_date} đối với {count} nhà nhập khẩu "
            "có tên tại Phụ lục kèm theo Quyết định này. Tổng kinh phí hỗ trợ tối đa sau sửa đổi: {total} đồng (Bằng chữ: {total_words}).\n"
            "Điều 2. Các nội dung khác tại Quyết định số {amended_number} {amended_date} không thay đổi.\n"
            "Điều 3. Quyết định này có hiệu lực kể từ ngày ký. " + _DUTY
        ),
    ),
    ("amendment", "en"): Texts(
        **_DECISION_EN, heading="On {matter}", bases=_BASES_EN + _AMENDED_EN + _PROPOSED_EN,
        body=(
            "Article 1. The support by decision no. {amended_number} of {amended_date} is amended for the {count} importers in the "
            "annex. Their support is now VND {total} ({total_words}) at most.\n"
            "Article 2. Everything else in decision no. {amended_number} of {amended_date} stays as it is.\n"
            "Article 3. This decision takes effect on the day it is signed. " + _DUTY_EN
        ),
    ),
    ("revocation", "vi"): Texts(
        **_DECISION, heading="Về việc {matter}", bases=_BASES + _AMENDED + _PROPOSED,
        body=(
            "Điều 1. Bãi bỏ nội dung hỗ trợ tại Quyết định số {amended_number} {amended_date} đối với {count} nhà nhập khẩu nước "
            "ngoài có tên tại Phụ lục kèm theo Quyết định này.\n"
            "Điều 2. Kinh phí chưa sử dụng {total} đồng (Bằng chữ: {total_words}) được hoàn trả nguồn: {budget}.\n"
            "Điều 3. Quyết định này có hiệu lực kể từ ngày ký. " + _DUTY
        ),
    ),
    ("revocation", "en"): Texts(
        **_DECISION_EN, heading="On {matter}", bases=_BASES_EN + _AMENDED_EN + _PROPOSED_EN,
        body=(
            "Article 1. The support by decision no. {amended_number} of {amended_date} is revoked for the {count} foreign importers in "
            "the annex.\n"
            "Article 2. VND {total} ({total_words}) that were not used go back to their source: {budget}.\n"
            "Article 3. This decision takes effect on the day it is signed. " + _DUTY_EN
        ),
    ),
}  # fmt: skip

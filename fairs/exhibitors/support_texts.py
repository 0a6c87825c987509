"""Standard texts of the papers about supported exhibitors. Each fair can have versions of its own."""

from __future__ import annotations

from fairs.documents.kinds import Texts

PLACEHOLDERS = (
    "fair", "from", "to", "venue", "percent", "rule", "legal_basis", "budget", "plan_decision", "total_words", "matter",
    "review",
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
_PROPOSED = "Xét đề nghị của Trưởng phòng Quản lý Thương mại tại Tờ trình số {submission_number} {submission_date}."
_PROPOSED_EN = "At the proposal of the head of the Trade Management Division, submission no. {submission_number} of {submission_date}."
_DUTY = "Chánh Văn phòng, Trưởng phòng Quản lý Thương mại, Trưởng phòng Kế hoạch - Tài chính, Thủ trưởng các đơn vị có liên quan và các đơn vị có tên tại Phụ lục chịu trách nhiệm thi hành Quyết định này./."
_DUTY_EN = "The chief of office, the heads of the Trade Management and of the Planning and Finance divisions, the units concerned and those named in the annex carry out this decision."

_DECISION = {
    **_DEPARTMENT, "place": "Hà Nội", "addressee": "", "authority": "Giám đốc Sở Công Thương Hà Nội", "signer": "Giám đốc",
    "recipients": "Như Điều 3;\nUBND Thành phố (để báo cáo);\nSở Tài chính;\nGiám đốc, các Phó Giám đốc Sở;\nLưu: VT, QLTM.",
}  # fmt: skip
_DECISION_EN = {
    **_DEPARTMENT_EN, "place": "Hanoi", "addressee": "", "signer": "Director",
    "authority": "The Director of the Hanoi Department of Industry and Trade",
    "recipients": "as in article 3;\nPeople's Committee of Hanoi (for report);\nDepartment of Finance;\nDirector and deputy directors;\nFile: archive, Trade Management Division.",
}  # fmt: skip

TEXTS: dict[tuple[str, str], Texts] = {
    ("submission", "vi"): Texts(
        **_UNIT, place="Hà Nội", heading="Về việc {matter}", addressee="Giám đốc Sở Công Thương Hà Nội", bases="",
        body=(
            "{fair} được tổ chức từ ngày {from} đến ngày {to} tại {venue}.\n"
            "Căn cứ {legal_basis} và {plan_decision}, Phòng Quản lý Thương mại đã tiếp nhận, thẩm tra hồ sơ đăng ký của các "
            "đơn vị và rà soát trùng lặp với các nguồn hỗ trợ khác. {review}\n"
            "Phòng Quản lý Thương mại kính trình Giám đốc Sở xem xét, {matter}, cụ thể như sau:\n"
            "1. Số đơn vị: {count} đơn vị (danh sách tại Phụ lục kèm theo dự thảo Quyết định).\n"
            "2. Mức hỗ trợ: {percent}% giá gian hàng theo quy định: {rule}.\n"
            "3. Tổng kinh phí: {total} đồng (Bằng chữ: {total_words}).\n"
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
            "Pursuant to {legal_basis} and {plan_decision}, the Trade Management Division has received and appraised the "
            "applications and checked them for support from other funds. {review}\n"
            "The division submits to the Director for decision: {matter}, as follows:\n"
            "1. Number: {count} (list in the annex of the draft decision).\n"
            "2. Rate: {percent} % of the price of the booth by the rule: {rule}.\n"
            "3. Total: VND {total} ({total_words}).\n"
            "4. Source: {budget}.\n"
            "The division asks the Director to consider and decide (draft decision attached)."
        ),
        recipients="as above;\nPlanning and Finance Division;\nFile: Trade Management Division.", authority="",
        signer="Head of division",
    ),
    ("decision", "vi"): Texts(
        **_DECISION, heading="Về việc {matter}", bases=_BASES + _PROPOSED,
        body=(
            "Điều 1. Phê duyệt danh sách {count} đơn vị được hỗ trợ chi phí gian hàng tại {fair} (từ ngày {from} đến ngày {to}), "
            "chi tiết tại Phụ lục kèm theo Quyết định này.\n"
            "Điều 2. Mức hỗ trợ và nguồn kinh phí\n"
            "1. Mức hỗ trợ: {percent}% giá gian hàng theo quy định: {rule}.\n"
            "2. Tổng kinh phí hỗ trợ: {total} đồng (Bằng chữ: {total_words}).\n"
            "3. Nguồn kinh phí: {budget}. Việc quản lý, thanh quyết toán thực hiện theo quy định hiện hành.\n"
            "Điều 3. Quyết định này có hiệu lực kể từ ngày ký. " + _DUTY
        ),
    ),
    ("decision", "en"): Texts(
        **_DECISION_EN, heading="On {matter}", bases=_BASES_EN + _PROPOSED_EN,
        body=(
            "Article 1. The list of {count} exhibitors whose booths are supported at {fair} ({from} to {to}) is approved; it is "
            "annexed to this decision.\n"
            "Article 2. Rate and source\n"
            "1. Rate: {percent} % of the price of the booth by the rule: {rule}.\n"
            "2. Total: VND {total} ({total_words}).\n"
            "3. Source: {budget}. Management and settlement follow the regulations in force.\n"
            "Article 3. This decision takes effect on the day it is signed. " + _DUTY_EN
        ),
    ),
    ("amendment", "vi"): Texts(
        **_DECISION, heading="Về việc {matter}",
        bases=_BASES + "Căn cứ Quyết định số {amended_number} {amended_date};\n" + _PROPOSED,
        body=(
            "Điều 1. Sửa đổi, bổ sung nội dung hỗ trợ chi phí gian hàng tại {fair} ban hành kèm theo Quyết định số {amended_number} "
            "{amended_date} đối với {count} đơn vị có tên tại Phụ lục kèm theo Quyết định này. Tổng kinh phí hỗ trợ của các "
            "đơn vị này sau sửa đổi: {total} đồng (Bằng chữ: {total_words}).\n"
            "Điều 2. Các nội dung khác tại Quyết định số {amended_number} {amended_date} không thay đổi.\n"
            "Điều 3. Quyết định này có hiệu lực kể từ ngày ký. " + _DUTY
        ),
    ),
    ("amendment", "en"): Texts(
        **_DECISION_EN, heading="On {matter}",
        bases=_BASES_EN + "Pursuant to decision no. {amended_number} of {amended_date};\n" + _PROPOSED_EN,
        body=(
            "Article 1. The support of booths at {fair} by decision no. {amended_number} of {amended_date} is amended for the {count} "
            "exhibitors in the annex. Their support is now VND {total} ({total_words}).\n"
            "Article 2. Everything else in decision no. {amended_number} of {amended_date} stays as it is.\n"
            "Article 3. This decision takes effect on the day it is signed. " + _DUTY_EN
        ),
    ),
    ("revocation", "vi"): Texts(
        **_DECISION, heading="Về việc {matter}",
        bases=_BASES + "Căn cứ Quyết định số {amended_number} {amended_date};\n" + _PROPOSED,
        body=(
            "Điều 1. Bãi bỏ nội dung hỗ trợ chi phí gian hàng tại {fair} theo Quyết định số {amended_number} {amended_date} đối với "
            "{count} đơn vị có tên tại Phụ lục kèm theo Quyết định này.\n"
            "Điều 2. Kinh phí chưa sử dụng {total} đồng (Bằng chữ: {total_words}) được hoàn trả nguồn: {budget}.\n"
            "Điều 3. Quyết định này có hiệu lực kể từ ngày ký. " + _DUTY
        ),
    ),
    ("revocation", "en"): Texts(
        **_DECISION_EN, heading="On {matter}",
        bases=_BASES_EN + "Pursuant to decision no. {amended_number} of {amended_date};\n" + _PROPOSED_EN,
        body=(
            "Article 1. The support of booths at {fair} by decision no. {amended_number} of {amended_date} is revoked for the {count} "
            "exhibitors in the annex.\n"
            "Article 2. VND {total} ({total_words}) that were not used go back to their source: {budget}.\n"
            "Article 3. This decision takes effect on the day it is signed. " + _DUTY_EN
        ),
    ),
}  # fmt: skip

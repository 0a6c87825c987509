"""Names, places and terms of the demonstration's fairs."""

from __future__ import annotations

from typing import Any

GIFTSHOW: dict[str, Any] = {
    "name_vi": "Hội chợ quốc tế quà tặng hàng thủ công mỹ nghệ Hà Nội",
    "name_en": "Hanoi Giftshow",
    "summary_vi": "Nơi các làng nghề Hà Nội gặp nhà nhập khẩu nước ngoài: gốm sứ, sơn mài, mây tre, dệt thêu, gỗ và kim khí mỹ nghệ.",
    "summary_en": "Where Hanoi's craft villages meet foreign importers: ceramics, lacquer, rattan and bamboo, textiles, wood and metal.",
    "venue_vi": "Cung Triển lãm mẫu, Hà Nội",
    "venue_en": "Sample Exhibition Palace, Hanoi",
    "travel_vi": "Xe buýt dừng trước cửa chính (tuyến mẫu 01 và 02). Có chỗ gửi xe máy và ô tô ở phía Bắc.\nKhách có thẻ vào bằng cửa chính; quầy đăng ký ở bên phải lối vào.",
    "travel_en": "Buses stop at the main entrance (sample lines 01 and 02). Parking for motorbikes and cars on the north side.\nWith a badge use the main entrance; the registration desk is on its right.",
}
SOUVENIRS: dict[str, Any] = {
    "name_vi": "Hội chợ hàng lưu niệm chất lượng cao Thủ đô",
    "name_en": "Hanoi Great Souvenirs",
    "summary_vi": "Quà lưu niệm chất lượng cao của Thủ đô, mở cửa đón người dân và du khách.",
    "summary_en": "The capital's high-quality souvenirs, open to the public and to travellers.",
    "venue_vi": "Khuôn viên Bảo tàng mẫu, Hà Nội",
    "venue_en": "Sample Museum Grounds, Hanoi",
    "travel_vi": "Xe buýt dừng ở cổng phụ (tuyến mẫu 03). Không có chỗ đỗ ô tô; nên đi bộ từ phố cổ.\nVào cửa tự do, không cần đăng ký.",
    "travel_en": "Buses stop at the side gate (sample line 03). No parking for cars; it is a walk from the old quarter.\nFree entrance, no registration needed.",
}
TERMS_VI = """1. Đơn vị tham gia nộp 50 % chi phí gian hàng làm tiền đặt cọc; phần còn lại nộp trước ngày ghi trên hóa đơn.
2. Khoản đã nộp không hoàn lại. Muốn rút khỏi hội chợ phải báo bằng văn bản trước ngày khai mạc 50 ngày.
3. Chỉ được dựng gian hàng khi đã nộp đủ 100 % chi phí.
4. Không được cho thuê lại, nhượng lại gian hàng.
5. Ban Tổ chức có thể điều chỉnh vị trí gian hàng khi cần thiết và sẽ báo trước cho đơn vị tham gia."""
TERMS_EN = """1. The exhibitor pays 50 % of the booth price as a deposit and the balance before the day on the invoice.
2. Payments are not refunded. Withdrawal must be declared in writing 50 days before opening.
3. Build-up is permitted only when 100 % has been paid.
4. Booths must not be sub-let or passed on.
5. The organiser may move a booth where necessary and tells the exhibitor beforehand."""

"""The fair's budget, what is spent of it by voucher, sponsors' money, daily closings, and exports for accounting."""

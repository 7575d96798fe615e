"""Payment channels: how WeChat Pay and Alipay are spoken to, behind one port."""

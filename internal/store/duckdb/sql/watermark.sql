SELECT value FROM state WHERE name = 'watermark'

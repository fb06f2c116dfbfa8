print("espalier-engine")

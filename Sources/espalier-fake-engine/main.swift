print("espalier-fake-engine")

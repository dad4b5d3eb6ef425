"""x"""
def hold(b): return True

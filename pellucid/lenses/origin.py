"""placeholder"""
def origin_view(root, at, depth): raise NotImplementedError

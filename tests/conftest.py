"""For every test: hypothesis measures no time, because a busy machine is not a defect."""

from hypothesis import settings

settings.register_profile("sealane", deadline=None)
settings.load_profile("sealane")

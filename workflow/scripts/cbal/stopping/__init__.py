"""When to stop: what successive models say of the same images, and rules that go by it."""

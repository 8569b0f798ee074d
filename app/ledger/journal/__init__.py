"""The whole journal of a bank, streamed in forms that independent accounting tools read."""

"""Programs that measure: speed, linear time, scores. They print figures; only `linear` and `score --min` judge them."""

"""Programs that use the service as others would, and the made-up data that they and the API's document begin with."""

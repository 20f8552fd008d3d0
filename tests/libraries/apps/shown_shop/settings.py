"""What the settings of the project say of its API."""

REST_FRAMEWORK = {
    "DEFAULT_PAGINATION_CLASS": "shown_shop.paging.Pages",
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "UNAUTHENTICATED_USER": None,
    "PAGE_SIZE": 5,
}

namespace holdfast::net {}

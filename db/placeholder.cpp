namespace holdfast::db {}

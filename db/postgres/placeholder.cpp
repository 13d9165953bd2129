namespace holdfast::pg {}

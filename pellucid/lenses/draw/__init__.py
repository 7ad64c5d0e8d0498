"""The drawing board: numbers as words, scales, marks, contours and safe markup."""

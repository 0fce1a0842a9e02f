{{ spline_knots(ranking_features()) }}

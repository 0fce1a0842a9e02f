{{ spline_knots(prediction_features()) }}

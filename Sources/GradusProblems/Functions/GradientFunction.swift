// SPDX-License-Identifier: Apache-2.0

/// A function of many variables given by its formula and its gradient; Hessian products are the gradient's derivative.
protocol GradientFunction: SmoothFunction {
  func formula<T: Algebraic>(_ x: [T]) -> T
  /// Overwrites `g` with ∇f(x).
  func gradient<T: Algebraic>(_ x: [T], _ g: inout [T])
}

extension GradientFunction {
  func evaluate(_ x: [Double]) -> Double { formula(x) }

  func differentiate(_ x: [Double], _ g: inout [Double]) -> Double {
    gradient(x, &g)
    return formula(x)
  }

  func curve(_ x: [Double], _ d: [Double], _ h: inout [Double]) {
    var slopes = [HyperDual](repeating: HyperDual(0), count: x.count)
    gradient(x.indices.map { HyperDual(x[$0], first: d[$0], second: 0) }, &slopes)
    for i in h.indices { h[i] = slopes[i].parts[1] }
  }
}

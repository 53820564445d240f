// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Linear least squares whose Hessian has a known condition: the quadratic problem of update rules.
///
///     y = ⟨w, x⟩ + s ε,   xₖ = √λₖ zₖ,   λₖ = κ^{−(k − 1)/(p − 1)},   wₖ = ±1/√λₖ
///
/// Features are 32 with κ = 1000 by default, not rotated, so that diagonal methods can undo the scale; every direction
/// carries the same share of the signal. The model is a perceptron without hidden layer; its least mean square is s² on new
/// observations (0.01 by default, where y has variance p) and s²(1 − (p + 1)/n) on n learned from.
public struct QuadraticTask: Sendable, Hashable {
  public var width: Int
  public var condition: Double
  public var noise: Double
  private let stream: RandomStream

  public init(width: Int = 32, condition: Double = 1000, noise: Double = 0.1, stream: RandomStream) {
    precondition(width > 0 && condition >= 1 && noise >= 0, "a condition of at least 1")
    self.width = width
    self.condition = condition
    self.noise = noise
    self.stream = stream
  }

  /// Observations `first ..< first + count`, numbers as they are.
  public func data(_ count: Int, from first: Int = 0) throws(LearningDataError) -> LearningData {
    let roots = (0..<width).map { pow(condition, -0.5 * Double($0) / Double(max(1, width - 1))) }
    var draw = stream.child("weights")
    let signs = (0..<width).map { _ in draw.integer(below: 2) == 0 ? -1.0 : 1.0 }
    var (features, numbers): ([Float], [Double]) = ([], [])
    for i in first..<first + count {
      var draw = stream.child("observation", i)
      var y = 0.0
      for k in 0..<width {
        let z = draw.normal()
        features.append(Float(roots[k] * z))
        y += signs[k] * z
      }
      numbers.append(y + noise * draw.normal())
    }
    return try LearningData(features: features, width: width, numbers: numbers, isStandardized: false)
  }
}

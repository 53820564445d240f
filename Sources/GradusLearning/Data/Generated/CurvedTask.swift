// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Points on a curved surface of few dimensions in a space of many: what an autoencoder finds.
///
///     x = tanh(Az)B/√(2d) + s ε,   z ∈ ℝ^d standard normal, tanh of 2d numbers
///
/// 64 features on a surface of d = 3 by default, noise s = 0.05. A code of d numbers suffices: the least mean square is near
/// s²(1 − d/64) = 0.0024. A linear code of d numbers (the first principal directions) leaves 0.02; an autoencoder
/// 64-64-3 with rectifiers that saw 2,000 points leaves 0.01.
public struct CurvedTask: Sendable, Hashable {
  public var width: Int
  public var dimension: Int
  public var noise: Double
  private let stream: RandomStream

  public init(width: Int = 64, dimension: Int = 3, noise: Double = 0.05, stream: RandomStream) {
    precondition(width > 0 && dimension > 0 && noise >= 0, "a surface in a space")
    self.width = width
    self.dimension = dimension
    self.noise = noise
    self.stream = stream
  }

  /// Points `first ..< first + count`, to be made again.
  public func data(_ count: Int, from first: Int = 0) throws(LearningDataError) -> LearningData {
    var draw = stream.child("surface")
    let hidden = 2 * dimension
    let inner = (0..<hidden * dimension).map { _ in draw.normal() }
    let outer = (0..<width * hidden).map { _ in draw.normal() / Double(hidden).squareRoot() }
    var features: [Float] = []
    for i in first..<first + count {
      var draw = stream.child("point", i)
      let z = (0..<dimension).map { _ in draw.normal() }
      let h = (0..<hidden).map { k in tanh(z.indices.reduce(0) { $0 + inner[k * dimension + $1] * z[$1] }) }
      for j in 0..<width {
        features.append(Float(h.indices.reduce(0) { $0 + outer[j * hidden + $1] * h[$1] } + noise * draw.normal()))
      }
    }
    return try LearningData(features: features, width: width)
  }
}

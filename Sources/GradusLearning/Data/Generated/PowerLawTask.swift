// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Classes given by a random teacher to inputs whose spectrum falls like a power: the common workload of update rules.
///
///     xₖ = k^{−α} zₖ,  z standard normal,   label = argmaxⱼ tⱼ(x)
///     linear teacher: t = Vx,   network: t = V tanh(2Ux), 64 hidden;   rows of U and V scaled so that signals keep size
///
/// With α = 1 the Hessian of the first layer has condition 4096 for 64 features. Labels are without noise, so that the
/// least loss is 0. Usual sizes: 64 features, 10 classes, a perceptron 64-128-128-10, batches of 128, 800 steps, linear
/// decay. On 4,096 observations Adam at 10⁻² brings the perceptron to a training loss of 0.03 in these steps; softmax regression
/// reaches an accuracy of 0.94 on the linear teacher's.
public struct PowerLawTask: Sendable, Hashable {
  /// What scores the classes: a linear map, which softmax regression can express, or a network of 64 hidden tanh.
  public enum Teacher: String, Sendable, Codable, Hashable { case linear, network }

  public var width: Int
  public var classCount: Int
  public var exponent: Double
  public var teacher: Teacher
  private let stream: RandomStream

  public init(
    width: Int = 64, classCount: Int = 10, exponent: Double = 1, teacher: Teacher = .network, stream: RandomStream
  ) {
    precondition(width > 0 && classCount > 1, "a teacher tells classes of features apart")
    self.width = width
    self.classCount = classCount
    self.exponent = exponent
    self.teacher = teacher
    self.stream = stream
  }

  /// Observations `first ..< first + count` of this teacher; each depends on its number alone, so that later ones are a
  /// test of those learned from.
  public func data(_ count: Int, from first: Int = 0) throws(LearningDataError) -> LearningData {
    let scales = (1...width).map { pow(Double($0), -exponent) }
    // The spread of a signal is that of its inputs: |scales|.
    let spread = scales.reduce(0) { $0 + $1 * $1 }.squareRoot()
    var draw = stream.child("teacher")
    let hidden = 64
    let inner = teacher == .network ? (0..<hidden * width).map { _ in draw.normal() * 2 / spread } : []
    let inputs = teacher == .network ? hidden : width
    let outer = (0..<classCount * inputs).map { _ in draw.normal() / (teacher == .network ? 1 : spread) }
    var features: [Float] = []
    var labels: [Int32] = []
    for i in first..<first + count {
      var draw = stream.child("observation", i)
      let x = scales.map { $0 * draw.normal() }
      let h = teacher == .network ? Self.product(inner, x).map { tanh($0) } : x
      let scores = Self.product(outer, h)
      labels.append(Int32(scores.indices.max { scores[$0] < scores[$1] } ?? 0))
      features += x.map { Float($0) }
    }
    return try LearningData(features: features, width: width, labels: labels, classCount: classCount)
  }

  private static func product(_ matrix: [Double], _ x: [Double]) -> [Double] {
    stride(from: 0, to: matrix.count, by: x.count).map { start in
      x.indices.reduce(0) { $0 + matrix[start + $1] * x[$1] }
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusFirstOrder
import GradusLearning
import GradusNumerics
import Testing

/// Estimates of diagonals against the diagonals of the matrices, product by product.
@Suite struct CurvatureDiagonalTests {
  private static func features(_ count: Int, _ stream: inout RandomStream) -> [Float] {
    (0..<count).map { _ in Float(stream.normal()) }
  }

  private static func classes() throws -> NetworkLoss<Perceptron> {
    var stream = RandomStream(seed: 3)
    let data = try LearningData(
      features: features(12 * 3, &stream), width: 3, labels: (0..<12).map { Int32($0 % 4) }, classCount: 4)
    return NetworkLoss(Perceptron(widths: [3, 5, 4]), on: data)
  }

  private static func numbers() throws -> NetworkLoss<Perceptron> {
    var stream = RandomStream(seed: 4)
    let data = try LearningData(
      features: features(12 * 3, &stream), width: 3, numbers: (0..<24).map { _ in stream.normal() }, outputs: 2)
    return NetworkLoss(Perceptron(widths: [3, 5, 2]), on: data)
  }

  private func diagonal(_ count: Int, _ product: (Buffer<Float>) throws -> Buffer<Float>) rethrows -> [Double] {
    try (0..<count).map { i in
      var unit = Buffer<Float>(repeating: 0, count: count)
      unit[i] = 1
      return Double(try product(unit)[i])
    }
  }

  private func mean(
    _ loss: NetworkLoss<Perceptron>, _ point: Buffer<Float>, _ rows: [Int], _ estimate: CurvatureEstimate, _ draws: Int
  ) async throws -> [Double] {
    var total = [Double](repeating: 0, count: point.count)
    for k in 0..<draws {
      let one = try await loss.curvatureDiagonal(
        at: point, of: rows, by: estimate, stream: RandomStream(seed: 9).child("draw", k))
      for i in total.indices { total[i] += Double(one[i]) / Double(draws) }
    }
    return total
  }

  private func distance(_ a: [Double], _ b: [Double]) -> Double {
    let gap = zip(a, b).reduce(0.0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    return (gap / b.reduce(0.0) { $0 + $1 * $1 }).squareRoot()
  }

  @Test(arguments: [false, true]) func estimatesAreRightInTheMean(_ isNumbers: Bool) async throws {
    let loss = try isNumbers ? Self.numbers() : Self.classes()
    let (point, rows) = (loss.model.initialParameters(RandomStream(seed: 7)), [0, 3, 4, 7, 9])
    let hessian = try diagonal(point.count) { try loss.hessianProduct(at: point, of: rows, along: $0) }
    let gaussNewton = try diagonal(point.count) { try loss.gaussNewtonProduct(at: point, of: rows, along: $0) }
    #expect(distance(try await mean(loss, point, rows, .hutchinson, 1500), hessian) < 0.1)
    #expect(distance(try await mean(loss, point, rows, .bartlett, 1500), gaussNewton) < 0.1)
  }

  @Test(arguments: CurvatureEstimate.allCases) func aDrawIsDecidedByItsStream(_ estimate: CurvatureEstimate)
    async throws
  {
    let loss = try Self.classes()
    let point = loss.model.initialParameters(RandomStream(seed: 7))
    func draw(_ seed: UInt64) async throws -> Buffer<Float> {
      try await loss.curvatureDiagonal(at: point, of: [1, 2, 3], by: estimate, stream: RandomStream(seed: seed))
    }
    let (first, again, other) = (try await draw(1), try await draw(1), try await draw(2))
    #expect(first == again && first != other)
    if estimate == .bartlett { #expect(first.elements.allSatisfy { $0 >= 0 }) }
  }

  /// Rows that do not count in the loss do not count in its curvature.
  @Test func uncountedRowsStayUncounted() async throws {
    let task = SequenceTask.copy(length: 3, symbols: 4)
    let data = try task.data(6, stream: RandomStream(seed: 1))
    let loss = NetworkLoss(RecurrentTextModel(vocabulary: task.vocabulary, width: 6), on: data)
    let point = loss.model.initialParameters(RandomStream(seed: 2))
    let diagonal = try await loss.curvatureDiagonal(
      at: point, of: [0, 1, 2], by: .bartlett, stream: RandomStream(seed: 3))
    #expect(diagonal.elements.allSatisfy { $0 >= 0 && $0.isFinite } && diagonal.elements.contains { $0 > 0 })
    let curved = try await loss.curvatureDiagonal(
      at: point, of: [0, 1, 2], by: .hutchinson, stream: RandomStream(seed: 3))
    #expect(curved.elements.allSatisfy(\.isFinite) && curved.elements.contains { $0 != 0 })
  }

  /// Batch statistics, convolutions and pooling.
  @Test(arguments: CurvatureEstimate.allCases) func aNormalizedNetworkHasADiagonal(
    _ estimate: CurvatureEstimate
  ) async throws {
    let shapes = try RenderedShapes(count: 8, stream: RandomStream(seed: 1)).data()
    let loss = NetworkLoss(ConvolutionalNetwork(side: 16, channels: [2, 3], hidden: 6, classes: 8), on: shapes)
    let point = loss.model.initialParameters(RandomStream(seed: 2))
    let diagonal = try await loss.curvatureDiagonal(
      at: point, of: Array(0..<8), by: estimate, stream: RandomStream(seed: 3))
    #expect(diagonal.elements.allSatisfy(\.isFinite) && diagonal.elements.contains { $0 > 0 })
  }

  @Test func aWorkloadTellsCurvature() throws {
    let task = PowerLawTask(width: 8, classCount: 3, stream: RandomStream(seed: 1))
    let workload = Workload(
      "small", "a perceptron", model: Perceptron(widths: [8, 6, 3]), learned: try task.data(64),
      held: try task.data(32, from: 64), batch: 16, steps: 40)
    var rule = Sophia()
    rule.rate = 0.02
    let own = try workload.train(rule, stream: RandomStream(seed: 2))
    rule.curvature = .bartlett
    let told = try workload.train(rule, stream: RandomStream(seed: 2))
    #expect(own.loss != told.loss && told.loss < told.looks[0].loss)
  }
}

// SPDX-License-Identifier: Apache-2.0
import Foundation
import Gradus
import GradusCore
import GradusLearning
import GradusModeling
import GradusNumerics
import GradusSmooth
import GradusTensor
import GradusTrace
import Testing

/// Functions written on the trace are answered for to every smooth method, and equal the kernels written by hand.
@Suite struct TracedObjectiveTests {
  static let files = TrainingMinimaTests.instances

  @Test func aFunctionOfAVector() async throws {
    let rosenbrock = TracedObjective { x in
      let a = x.slice(axis: 0, from: 0, count: 1)
      let b = x.slice(axis: 0, from: 1, count: 1)
      return ((1 - a).squared() + 100 * (b - a.squared()).squared()).sum()
    }
    let run = try Run(Unconstrained(start: [-1.2, 1]), by: TrustRegionNewton(), asking: rosenbrock)
    let solution = try await run.finish(until: .measure(below: 1e-9))
    #expect(solution.report.point.elements.allSatisfy { abs($0 - 1) <= 1e-8 })
  }

  @Test func whatFailsOnTheTapeIsThrown() async throws {
    let crooked = TracedObjective(of: [[2, 3], [2, 3]]) { x in x[0].matmul(x[1]).sum() }
    await #expect(throws: TensorError.self) { try await crooked.value(at: Vector.zeros(12)) }
    await #expect(throws: TraceError.self) { try await crooked.linearization(at: Vector.zeros(12)) }
    let several = TracedObjective { $0 * 2 }
    await #expect(throws: TensorError.self) { try await several.value(at: [1, 2]) }
    await #expect(throws: TensorError.self) { try await several.hessianProduct(at: [1, 2], along: [1, 0]) }
  }

  /// Value, gradient, Hessian product and terms of the training problems of interfaces §3, at random weights.
  @Test(.enabled(if: TrainingMinimaTests.isThere, "needs the data sets in ../shared/data/ml"), arguments: files)
  func theTraceEqualsTheKernels(_ instance: (file: String, minimum: Double)) async throws {
    let training = try TrainingMinimaTests.training(instance.file)
    let kernels = RegularizedRisk(training)
    let traced = Self.traced(training)
    var stream = RandomStream(seed: 5)
    let w = Vector((0..<training.dimension).map { _ in 0.3 * stream.normal() })
    let d = Vector((0..<training.dimension).map { _ in stream.normal() })
    let (a, b) = (try await kernels.linearization(at: w), try await traced.linearization(at: w))
    #expect(abs(a.value - b.value) <= 1e-12 * max(1, abs(a.value)))
    #expect(Self.distance(a.gradient, b.gradient) <= 1e-12)
    let (p, q) = (
      try await kernels.hessianProduct(at: w, along: d), try await traced.hessianProduct(at: w, along: d)
    )
    #expect(Self.distance(p, q) <= 1e-12)
    for i in [0, training.rowCount / 2, training.rowCount - 1] {
      let (a, b) = (
        try await kernels.linearization(ofTerm: i, at: w), try await traced.linearization(ofTerm: i, at: w)
      )
      #expect(abs(a.value - b.value) <= 1e-12 * max(1, abs(a.value)))
      #expect(Self.distance(a.gradient, b.gradient) <= 1e-12)
    }
  }

  @Test(
    .enabled(if: TrainingMinimaTests.isThere, "needs the data sets in ../shared/data/ml"), arguments: files,
    ["trust-region-newton", "lbfgs"])
  func minimaOverTheTrace(_ instance: (file: String, minimum: Double), _ method: String) async throws {
    try await Self.check(instance, method)
  }

  @Test(
    .enabled(if: TrainingMinimaTests.isThere, "needs the data sets in ../shared/data/ml"),
    arguments: files.filter { $0.file == "heart_scale.svm" })
  func stochasticMinimaOverTheTrace(_ instance: (file: String, minimum: Double)) async throws {
    try await Self.check(instance, "saga")
  }

  private static func check(_ instance: (file: String, minimum: Double), _ method: String) async throws {
    let training = try TrainingMinimaTests.training(instance.file)
    let entry = try #require(Catalog.entry(named: method))
    let request = RunRequest(
      problems: [training.problem, training.problem.whole], oracles: [traced(training)])
    let run = try entry.open(request)
    let rule = AnyOf([.measure(below: 1e-6), .answers(5_000_000)])
    let solution = try await run.finishErased(until: rule, width: 1, delivery: .inOrder)
    #expect(solution.status == .optimal)
    #expect(abs(try #require(solution.verdict.objective) - instance.minimum) <= 1e-8)
  }

  /// The relative distance.
  private static func distance(_ a: Vector, _ b: Vector) -> Double {
    (a - b).norm / max(1, a.norm)
  }

  /// The training problem as anybody would write it on a trace.
  private static func traced(_ training: TrainingProblem) -> TracedSum {
    let (n, p) = (training.rowCount, training.design.columnCount)
    var rows = [Double](repeating: 0, count: n * p)
    var row = [Double](repeating: 0, count: p)
    for i in 0..<n {
      for j in 0..<p { row[j] = 0 }
      var span = row.mutableSpan
      training.design.add(1, row: i, to: &span)
      rows.replaceSubrange(i * p..<(i + 1) * p, with: row)
    }
    let (design, targets, task) = (Tensor(rows, [n, p]), Tensor(training.targets), training.task)
    let labels = task == .multiclass ? training.targets.map { Int($0) } : []
    return TracedSum(of: [[training.outputCount, p]], termCount: n) { weights, terms in
      let (w, tape) = (weights[0], weights[0].tape)
      let chosen = terms.map { TensorIndices($0) }
      func part(_ all: Tensor) -> TracedTensor {
        let all = tape.constant(all)
        return chosen.map { all.rows($0) } ?? all
      }
      let scores = part(design).matmul(w.transposed())
      let ridge = (0.5 * training.ridge) * w.squared().sum()
      switch task {
      case .multiclass:
        return scores.crossEntropy(TensorIndices(terms.map { $0.map { labels[$0] } } ?? labels)) + ridge
      case .binary:
        let y = part(targets).reshaped([terms?.count ?? n, 1])
        return (-(y * scores)).softplus().mean() + ridge
      case .regression:
        let y = part(targets).reshaped([terms?.count ?? n, 1])
        return 0.5 * (scores - y).squared().mean() + ridge
      }
    }
  }
}

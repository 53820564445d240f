// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusFirstOrder
import GradusLearning
import GradusNumerics
import Testing

/// Generated data: the same for the same stream, and as hard as their documentation says.
@Suite struct TaskTests {
  private static let stream = RandomStream(seed: 1)

  /// Every task as a function of how many observations and from which one on.
  private static let tasks: [(String, @Sendable (Int, Int) throws -> LearningData)] = [
    ("power law", { try PowerLawTask(stream: stream).data($0, from: $1) }),
    ("linear power law", { try PowerLawTask(teacher: .linear, stream: stream).data($0, from: $1) }),
    ("copy", { try SequenceTask.copy(length: 5, symbols: 6).data($0, from: $1, stream: stream) }),
    ("reverse", { try SequenceTask.reverse(length: 5, symbols: 6).data($0, from: $1, stream: stream) }),
    ("addition", { try SequenceTask.addition(modulus: 11).data($0, from: $1, stream: stream) }),
    ("low rank", { try LowRankTask(stream: stream).data($0, from: $1) }),
    ("curved", { try CurvedTask(stream: stream).data($0, from: $1) }),
    ("quadratic", { try QuadraticTask(stream: stream).data($0, from: $1) }),
  ]

  private static func rows(_ data: LearningData) -> [[Double]] {
    switch data.inputs {
    case .vectors(let x, let width): (0..<data.count).map { x[$0 * width..<($0 + 1) * width].map { Double($0) } }
    case .sequences(let x, let length, _):
      (0..<data.count).map { x[$0 * length..<($0 + 1) * length].map { Double($0) } }
    case .text: []
    }
  }

  @Test(arguments: 0..<8)
  func observationsDependOnTheirNumber(_ index: Int) throws {
    let (name, make) = Self.tasks[index]
    #expect(try make(20, 0).fingerprint == make(20, 0).fingerprint, "\(name)")
    #expect(try make(20, 0).fingerprint != make(20, 20).fingerprint, "\(name)")
    let (whole, rest) = (Self.rows(try make(30, 0)), Self.rows(try make(20, 10)))
    #expect(Array(whole[10...]) == rest, "\(name)")
    #expect(whole.count == 30)
  }

  @Test func answersOfSequences() throws {
    func parts(_ task: SequenceTask) throws -> ([Int32], [Int32]) {
      let data = try task.data(1, stream: Self.stream)
      guard case .sequences(let tokens, _, _) = data.inputs, case .classes(let labels) = data.targets else {
        return ([], [])
      }
      return (tokens, labels)
    }
    let (copy, copied) = try parts(.copy(length: 4, symbols: 9))
    #expect(copy[4] == 9 && copied == [-1, -1, -1, -1] + copy[..<4] && Array(copy[5...]) == Array(copy[..<3]))
    let (word, back) = try parts(.reverse(length: 4, symbols: 9))
    #expect(back == [-1, -1, -1, -1] + word[..<4].reversed())
    let (sum, total) = try parts(.addition(modulus: 7))
    #expect(sum[2] == 7 && total == [-1, -1, (sum[0] + sum[1]) % 7])
    let all = Self.rows(try SequenceTask.addition(modulus: 7).data(49, stream: Self.stream))
    #expect(Set(all).count == 49)
    #expect(throws: LearningDataError.self) { try SequenceTask.addition(modulus: 7).data(50, stream: Self.stream) }
    #expect(throws: LearningDataError.self) { try LowRankTask(stream: Self.stream).data(2401) }
  }

  @Test func powerLawIsLearnedAsStated() async throws {
    let task = PowerLawTask(stream: Self.stream)
    let loss = NetworkLoss(Perceptron(widths: [64, 128, 128, 10]), on: try task.data(4096))
    let rule = Elementwise(
      AdamMoments().then(LearningRate(Schedule(peak: 1e-2, shape: .linear, warmup: 0, steps: 800))))
    let run = try Run(loss.problem(RandomStream(seed: 1)), by: Trainer(rule, batchSize: 128, steps: 800), asking: loss)
    while try await run.step() {}
    let result = try loss.evaluation(at: run.report.point)
    #expect(result.loss < 0.05, "\(result)")
    let linear = PowerLawTask(teacher: .linear, stream: Self.stream)
    let softmax = NetworkLoss(Perceptron(widths: [64, 10]), on: try linear.data(4096))
    let point = try await TargetTests.trained(softmax, steps: 800, batch: 128, rate: 5e-2)
    let accuracy = try softmax.evaluation(at: point).accuracy
    #expect(accuracy > 0.9, "\(accuracy)")
  }

  @Test func shapesAreLearnedAsStated() async throws {
    let train = try RenderedShapes(count: 4000, stream: Self.stream).data()
    let test = try RenderedShapes(count: 2000, stream: RandomStream(seed: 2)).data()
    let loss = NetworkLoss(Perceptron(widths: [256, 64, 8]), on: train)
    let point = try await TargetTests.trained(loss, steps: 1500, batch: 64, rate: 3e-3)
    let held = try NetworkLoss(loss.model, on: test).evaluation(at: point).accuracy
    // The nearest mean picture.
    let (rows, other) = (Self.rows(train), Self.rows(test))
    var means = [[Double]](repeating: [Double](repeating: 0, count: 256), count: 8)
    for (i, row) in rows.enumerated() { for j in 0..<256 { means[i % 8][j] += row[j] / 500 } }
    let right = other.indices.count { i in
      let d = means.map { mean in mean.indices.reduce(0) { $0 + (mean[$1] - other[i][$1]) * (mean[$1] - other[i][$1]) }
      }
      return d.indices.min { d[$0] < d[$1] } == i % 8
    }
    #expect(held > 0.9 && right < 1300, "\(held), nearest mean \(right)")
  }

  @Test func sequencesAreLearnedAsStated() async throws {
    let task = SequenceTask.copy(length: 8, symbols: 8)
    let loss = NetworkLoss(
      TextTransformer(vocabulary: task.vocabulary, context: task.context, width: 32, layers: 2, heads: 4),
      on: try task.data(4000, stream: Self.stream))
    let point = try await TargetTests.trained(loss, steps: 600, rate: 5e-3)
    let held = try NetworkLoss(loss.model, on: task.data(200, from: 4000, stream: Self.stream)).evaluation(at: point)
    #expect(held.accuracy > 0.99, "\(held)")
  }

  @Test func factorsAreFoundAsStated() async throws {
    let task = LowRankTask(stream: Self.stream)
    let loss = NetworkLoss(FactorModel(vocabulary: 100, rank: 3), on: try task.data(2000))
    let point = try await TargetTests.trained(loss, steps: 1500, batch: 64, rate: 3e-2)
    let held = try NetworkLoss(loss.model, on: task.data(400, from: 2000)).evaluation(at: point)
    #expect(held.loss < 0.02 && held.loss > 0.008, "\(held)")
  }

  @Test func quadraticsAreSolvedAsStated() async throws {
    let task = QuadraticTask(stream: Self.stream)
    let loss = NetworkLoss(Perceptron(widths: [32, 1]), on: try task.data(1000))
    let point = try await TargetTests.trained(loss, steps: 3000, batch: 100, rate: 0.5)
    let result = try loss.evaluation(at: point)
    #expect(result.loss < 0.02 && result.loss > 0.008, "\(result)")
  }
}

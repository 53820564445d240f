// SPDX-License-Identifier: Apache-2.0
import GradusLearning
import GradusNumerics
import GradusTensor
import Testing

/// Losses against numpy, the laws of derivatives, and extreme scores.
@Suite struct LossTests {
  /// A loss with targets, as a function of outputs.
  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var loss: any Loss
    var targets: @Sendable (TracedTensor, LearningGolden.Losses) -> BatchTargets
    var testDescription: String { name }
  }

  static func classes(_ labels: [Int32]) -> BatchTargets {
    .classes(TensorIndices(labels.map { Int($0) }))
  }

  static func table(_ outputs: TracedTensor, _ numbers: [Double], _ golden: LearningGolden.Losses) -> TracedTensor {
    outputs.tape.constant(Tensor(numbers, [golden.rows, numbers.count / golden.rows]))
  }

  static let cases: [Case] = {
    let golden = LearningGolden.values?.losses
    let (weights, levels) = (golden?.weights ?? [], golden?.levels ?? [0.5])
    return [
      Case(name: "cross entropy", loss: CrossEntropyLoss()) { classes($1.labels) },
      Case(name: "smoothed", loss: CrossEntropyLoss(smoothing: 0.1)) { classes($1.labels) },
      Case(name: "weighted", loss: CrossEntropyLoss(weights: weights)) { classes($1.labels) },
      Case(name: "soft", loss: CrossEntropyLoss()) { .distributions(table($0, $1.distributions, $1)) },
      Case(name: "entropy", loss: EntropyLoss()) { classes($1.labels) },
      Case(name: "KL", loss: KullbackLeiblerLoss()) { .distributions(table($0, $1.distributions, $1)) },
      Case(name: "focal", loss: FocalLoss(gamma: 2.5)) { classes($1.labels) },
      Case(name: "binary", loss: BinaryCrossEntropyLoss(positiveWeight: 3)) {
        .numbers(table($0, $1.answers, $1), nil)
      },
      Case(name: "squared", loss: SquaredLoss()) { .numbers(table($0, $1.numbers, $1), nil) },
      Case(name: "absolute", loss: AbsoluteLoss()) { .numbers(table($0, $1.numbers, $1), nil) },
      Case(name: "huber", loss: HuberLoss(delta: 1.5)) { .numbers(table($0, $1.numbers, $1), nil) },
      Case(name: "quantile", loss: QuantileLoss(levels: levels)) { outputs, golden in
        let first = stride(from: 0, to: golden.numbers.count, by: golden.columns).map { golden.numbers[$0] }
        return .numbers(table(outputs, first, golden), nil)
      },
      Case(name: "InfoNCE", loss: InfoNCELoss(temperature: 0.5)) { classes($1.labels) },
      Case(name: "contrastive", loss: ContrastiveLoss(temperature: 0.5)) { classes($1.groups) },
      Case(name: "triplet", loss: TripletLoss(margin: 1)) { classes($1.groups) },
    ]
  }()

  @Test(arguments: cases)
  func againstNumpy(_ c: Case) throws {
    let golden = try #require(
      LearningGolden.values?.losses, "Tests/GoldenTests/Golden/learning-metrics.json is missing")
    let expected = try #require(LearningGolden.numbers("losses", 0)[c.name])
    let tape = TensorTape(engine: TensorEngine())
    let outputs = tape.parameter("outputs", Tensor(golden.scores, [golden.rows, golden.columns]))
    let mean = try c.loss.mean(of: outputs, c.targets(outputs, golden)).scalar
    #expect(abs(mean - expected) <= 1e-10 * max(1, abs(expected)), "\(mean) instead of \(expected)")
    let rows = try c.loss.losses(of: outputs, c.targets(outputs, golden)).value
    let average = rows.doubles.reduce(0, +) / Double(rows.count)
    #expect(abs(average - expected) <= 1e-10 * max(1, abs(expected)))
    // Every row changes with its outputs.
    #expect(rows.count <= golden.rows && rows.count > 2)
  }

  @Test(arguments: cases)
  func lawsOfDerivatives(_ c: Case) throws {
    let golden = try #require(LearningGolden.values?.losses)
    let point = [Tensor(golden.scores, [golden.rows, golden.columns])]
    for function in [
      { (x: [TracedTensor]) in c.loss.mean(of: x[0], c.targets(x[0], golden)) },
      { (x: [TracedTensor]) in c.loss.losses(of: x[0], c.targets(x[0], golden)) },
    ] {
      let found = try DerivativeLaws(engine: TensorEngine(), function).violations(at: point)
      #expect(found.isEmpty, "\(found)")
    }
  }

  @Test(arguments: cases)
  func errorsArePassedOn(_ c: Case) throws {
    let golden = try #require(LearningGolden.values?.losses)
    for isRecording in [true, false] {
      let tape = TensorTape(engine: TensorEngine(), isRecording: isRecording)
      let failed = tape.constant(Tensor(golden.scores, [7, 4])).matmul(tape.constant(Tensor(golden.scores, [7, 4])))
      for y in [
        c.loss.mean(of: failed, c.targets(failed, golden)), c.loss.losses(of: failed, c.targets(failed, golden)),
      ] {
        #expect {
          try y.value
        } throws: { "\($0)".contains("[7, 4]") }
      }
    }
  }

  /// Scores of ±100 in single precision: finite losses, and the gradient that formulas without overflow give.
  @Test func extremeScores() throws {
    let tape = TensorTape(engine: TensorEngine())
    let x = tape.parameter("x", Tensor([100, -100, -100, 100] as [Float], [2, 2]))
    func gradient(_ loss: some Loss, _ targets: BatchTargets) throws -> (Double, [Float]) {
      let y = loss.mean(of: x, targets)
      return (try y.scalar, try #require(try tape.backward(from: y)[x]).floats)
    }
    let wrong = try gradient(CrossEntropyLoss(), Self.classes([1, 0]))
    #expect(wrong.0 == 200 && wrong.1 == [0.5, -0.5, -0.5, 0.5])
    let known = try gradient(FocalLoss(gamma: 0.5), Self.classes([0, 1]))
    #expect(known.0 == 0 && known.1.allSatisfy { $0.isFinite && abs($0) < 1e-20 })
    let binary = try gradient(
      BinaryCrossEntropyLoss(), .numbers(tape.constant(Tensor([0, 0, 1, 1] as [Float], [2, 2])), nil))
    #expect(binary.0 == 50)
    #expect(zip(binary.1, [0.25, 0, -0.25, 0]).allSatisfy { abs($0 - $1) < 1e-30 }, "\(binary.1)")
    // Equal embeddings have no direction to leave each other in, and no NaN.
    let same = tape.parameter("same", Tensor(repeating: 0, [4, 3]))
    for loss in [ContrastiveLoss(), TripletLoss()] as [any Loss] {
      let y = loss.mean(of: same, Self.classes([0, 0, 1, 1]))
      #expect(try #require(try tape.backward(from: y)[same]).floats.allSatisfy { $0.isFinite })
    }
  }

  @Test func rowsThatDoNotCount() throws {
    let tape = TensorTape(engine: TensorEngine())
    let x = tape.parameter("x", Tensor([1, 2, 3, 0, 1, -1, 4, 4, 0] as [Float], [3, 3]))
    let few = tape.constant(Tensor([1, 2, 3, 4, 4, 0] as [Float], [2, 3]))
    for loss in [CrossEntropyLoss(), CrossEntropyLoss(smoothing: 0.2), FocalLoss()] as [any Loss] {
      let masked = loss.mean(of: x, Self.classes([2, -1, 0]))
      #expect(try masked.scalar == loss.mean(of: few, Self.classes([2, 0])).scalar)
      let g = try #require(try tape.backward(from: masked)[x]).floats
      #expect(g[3..<6].allSatisfy { $0 == 0 } && g[0] != 0 && g[8] != 0)
      #expect(loss.count(Self.classes([2, -1, 0]), rows: 3) == 2)
    }
    // Nobody has a mate: nothing to learn, and no 0/0.
    #expect(try ContrastiveLoss().mean(of: x, Self.classes([0, 1, 2])).scalar == 0)
    #expect(try TripletLoss().mean(of: x, Self.classes([0, 1, 2])).scalar == 0)
  }

  @Test func balancedWeights() {
    let loss = CrossEntropyLoss.balancing([0, 0, 0, 1, 1, 2], classCount: 4)
    #expect(loss.weights == [0.5, 0.75, 1.5, 0])
  }

  @Test func unfittingShapesAreNamed() throws {
    let tape = TensorTape(engine: TensorEngine())
    let x = tape.parameter("x", Tensor(repeating: 1, [4, 2]))
    let y = SquaredLoss().mean(of: x, .numbers(tape.constant(Tensor(repeating: 1, [4, 1])), nil))
    #expect {
      try y.scalar
    } throws: { "\($0)".contains("shapes [4, 2] and [4, 1] do not fit") }
    for loss in [CrossEntropyLoss(), CrossEntropyLoss(smoothing: 0.1)] {
      #expect {
        try loss.mean(of: x, Self.classes([0, 1, 2, 0])).scalar
      } throws: { "\($0)".contains("index 2 at position 2 is outside 0..<2") }
    }
  }
}

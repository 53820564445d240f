// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusFirstOrder
import GradusLearning
import GradusNumerics
import GradusTensor
import Testing

/// Autoencoders and codebooks.
@Suite struct CodingTests {
  private static let kinds: [Autoencoder.Kind] = [
    .plain, .denoising(deviation: 0.2, dropped: 0.1), .variational(deviation: 0.3),
  ]

  private static func sample(_ shape: TensorShape, _ seed: UInt64) -> Tensor {
    var random = RandomStream(seed: seed)
    return DerivativeLaws.sample(shape, &random)
  }

  @Test(arguments: kinds)
  func lawsOfDerivatives(_ kind: Autoencoder.Kind) throws {
    let model = Autoencoder(widths: [4, 5, 2], kind)
    for use in [ModelUse.training(RandomStream(seed: 3)), .inference] {
      let found = try PartHarness(model).violations(at: [Self.sample([3, 4], 1)], use: use) { xs, p in
        model.scores(Batch(features: xs[0]), p)
      }
      #expect(found.isEmpty, "\(found)")
    }
  }

  /// The divergence that is added, against its formula, and noise that is there in training alone.
  @Test func variationalPenalty() throws {
    let model = Autoencoder(widths: [4, 2], .variational(deviation: 0.5))
    let harness = PartHarness(model)
    let tape = TensorTape(engine: TensorEngine(), isRecording: false)
    let traced = harness.tensors.map { tape.constant($0) }
    let x = tape.constant(Self.sample([3, 4], 2))
    let penalties = ModelPenalties()
    let still = harness.parameters(traced, penalties: penalties)
    let first = try model.scores(Batch(features: x), still).value.doubles
    let code = try model.encoder(x, still.part("encoder")).value.doubles
    var expected = 0.0
    for i in 0..<3 {
      for k in 0..<2 {
        let (mean, log) = (code[4 * i + k], code[4 * i + 2 + k])
        expected += 0.5 * (mean * mean + exp(log) - 1 - log) / 3
      }
    }
    #expect(abs(try #require(penalties.terms.first).scalar - expected * 2 * 0.25 / 4) < 1e-12)
    func random(_ seed: UInt64) throws -> [Double] {
      let p = harness.parameters(traced, use: .training(RandomStream(seed: seed)))
      return try model.scores(Batch(features: x), p).value.doubles
    }
    #expect(try random(1) == random(1))
    #expect(try random(1) != random(2))
    #expect(try model.scores(Batch(features: x), still).value.doubles == first)
  }

  @Test(arguments: kinds)
  func surfacesAreFound(_ kind: Autoencoder.Kind) async throws {
    let task = CurvedTask(stream: RandomStream(seed: 1))
    let data = try task.data(2000)
    let loss = NetworkLoss(Autoencoder(widths: [64, 64, 3], kind), on: data)
    let before = try loss.evaluation(at: loss.problem(RandomStream(seed: 1)).start)
    let point = try await TargetTests.trained(loss, steps: 800, batch: 64, rate: 5e-3)
    let held = try NetworkLoss(loss.model, on: task.data(500, from: 2000)).evaluation(at: point)
    let square = try #require(held["RMSE"]) * (try #require(held["RMSE"]))
    #expect(square < 0.016 && before.loss > 1, "\(held)")
  }

  /// What the best linear code of as many numbers leaves.
  @Test func surfacesAreCurved() async throws {
    let task = CurvedTask(stream: RandomStream(seed: 1))
    let loss = NetworkLoss(Autoencoder(widths: [64, 3]), on: try task.data(2000))
    let point = try await TargetTests.trained(loss, steps: 800, batch: 64)
    let square = try loss.evaluation(at: point).loss
    #expect(square > 0.018 && square < 0.025, "\(square)")
  }

  // MARK: Codes

  @Test func quantizerPassesStraightThrough() throws {
    let layer = VectorQuantizer(codes: 3, width: 2, commitment: 0.5)
    func gradients(_ which: (TracedTensor, ModelPenalties) -> TracedTensor) throws -> (Double, [Double]?, [Double]?) {
      let tape = TensorTape(engine: TensorEngine())
      let codes = tape.parameter("codes", Tensor([0, 0, 1, 1, -2, 0] as [Double], [3, 2]))
      let z = tape.parameter("z", Tensor([0.9, 0.8, -1.5, 0.1, 0.2, 0.1] as [Double], [3, 2]))
      let penalties = ModelPenalties()
      let p = ModelParameters(["codes": codes], use: .training(RandomStream(seed: 1)), penalties: penalties)
      let y = which(layer(z, p), penalties)
      let value = try y.scalar
      let g = try tape.backward(from: y)
      return (value, g[codes]?.doubles, g[z]?.doubles)
    }
    let (sum, none, through) = try gradients { y, _ in
      (y * y.tape.constant(Tensor([1, 2, 3, 4, 5, 6] as [Double], [3, 2]))).sum()
    }
    #expect(abs(sum - (1 + 2 - 6)) < 1e-12 && through == [1, 2, 3, 4, 5, 6])
    #expect(none?.allSatisfy { $0 == 0 } ?? true)
    let (penalty, toCodes, toVectors) = try gradients { _, penalties in penalties.terms[0] }
    let square = [0.1, 0.2, 0.5, 0.1, 0.2, 0.1].reduce(0) { $0 + $1 * $1 } / 6
    #expect(abs(penalty - 1.5 * square) < 1e-12)
    // 2/6 (code − z) for codes, half of 2/6 (z − code) for vectors.
    let movesCodes = [-0.2, -0.1, 0.1, 0.2, -0.5, -0.1], movesVectors = [-0.1, -0.2, 0.5, 0.1, 0.2, 0.1]
    #expect(zip(try #require(toCodes), movesCodes).allSatisfy { abs($0 - $1 / 3) < 1e-12 })
    #expect(zip(try #require(toVectors), movesVectors).allSatisfy { abs($0 - $1 / 6) < 1e-12 })
  }

  @Test func averagesFollow() {
    var stream = RandomStream(seed: 1)
    var book = Codebook(codes: [0, 0, 10, 10], width: 2, decay: 0.5)
    #expect(book.nearest([1, 1, 9, 9, 5, 5]) == [0, 1, 0])
    // N = 0.5 + 0.5·2, M = 0.5·0 + 0.5·(1 + 5); the other keeps its code with half the weight.
    book.follow([1, 1, 5, 5], [0, 0], &stream)
    #expect(book.codes == [2, 2, 10, 10])
    for _ in 0..<60 { book.follow([1, 1, 9, 9, 5, 5], [0, 1, 0], &stream) }
    #expect(zip(book.codes, [3, 3, 9, 9]).allSatisfy { abs($0 - $1) < 1e-5 })
  }

  @Test func deadCodesBeginAnew() {
    var stream = RandomStream(seed: 2)
    var book = Codebook(codes: [0, 100], width: 1, decay: 0.5, restart: 0.2)
    var dead: [Int] = []
    for _ in 0..<3 { dead = book.follow([0, 1, 2], book.nearest([0, 1, 2]), &stream) }
    #expect(dead == [1])
    #expect([0, 1, 2].contains(book.codes[1]))
    // Without restarts it stays where nobody is.
    var still = Codebook(codes: [0, 100], width: 1, decay: 0.5)
    for _ in 0..<30 { still.follow([0, 1, 2], still.nearest([0, 1, 2]), &stream) }
    #expect(abs(still.codes[1] - 100) < 1e-3)
  }

  /// An autoencoder whose code is one of 8 vectors, on data of 8 clusters: codes by moving averages, the rest by gradients.
  @Test func clustersGetACodeEach() throws {
    var stream = RandomStream(seed: 3)
    let centers = (0..<8 * 6).map { _ in stream.normal() * 2 }
    let n = 400
    let x = (0..<n * 6).map { Float(centers[$0 / 6 % 8 * 6 + $0 % 6] + 0.1 * stream.normal()) }
    let model = Autoencoder(widths: [6, 16, 2])
    var parameters = model.initialParameters(RandomStream(seed: 1)).elements
    let layout = model.layout
    let rule = Elementwise(AdamMoments().then(LearningRate(1e-2)))
    var memory = rule.start(layout)
    let tape = TensorTape(engine: TensorEngine())
    var book: Codebook?
    var used = Set<Int>(), error = 0.0
    for step in 1...600 {
      tape.reset()
      let named = layout.slots.map {
        ($0.name, tape.parameter($0.name, Tensor(Array(parameters[$0.range]), TensorShape($0.shape))))
      }
      let p = ModelParameters(Dictionary(uniqueKeysWithValues: named))
      let shown = tape.constant(Tensor(x, [n, 6]))
      let z = model.code(shown, p)
      let vectors = try z.value.floats
      var current = book ?? Codebook(drawing: 8, from: vectors, width: 2, decay: 0.9, restart: 2, &stream)
      let (codes, penalty, numbers) = try current.quantized(z)
      current.follow(vectors, numbers, &stream)
      book = current
      let rebuilt = (model.decoder(codes, p.part("decoder")) - shown).squared().mean()
      (used, error) = (Set(numbers), try rebuilt.scalar)
      let gradients = try tape.backward(from: rebuilt + penalty * 0.25)
      var flat = [Float](repeating: 0, count: layout.count)
      for (slot, (_, traced)) in zip(layout.slots, named) {
        if let part = gradients[traced]?.floats { flat.replaceSubrange(slot.range, with: part) }
      }
      var span = parameters.mutableSpan
      rule.update(&span, gradient: flat.span, state: &memory, layout: layout, context: StepContext(step: step))
    }
    #expect(used.count == 8, "\(used)")
    // The clusters themselves have variance 0.01, their centers 4.
    #expect(error < 0.1, "\(error)")
  }
}

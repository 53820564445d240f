// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusFirstOrder
import GradusLearning
import GradusNumerics
import GradusTensor
import Testing

/// Whole models: bits, learning, writing.
@Suite struct ModelTests {
  static func text(_ count: Int) -> (tokens: [Int32], vocabulary: Int) {
    let phrase = Array("step by step the gradient goes down; ".utf8)
    let letters = Array(Set(phrase)).sorted()
    return ((0..<count).map { Int32(letters.firstIndex(of: phrase[$0 % phrase.count]) ?? 0) }, letters.count)
  }

  @Test func transformerOfLayersHasTheBitsOfThePlainOne() throws {
    let model = TextTransformer(vocabulary: 11, context: 8, width: 16, layers: 2, heads: 2)
    let plain = PlainTransformer(of: model)
    #expect(model.tensors == plain.tensors)
    #expect(model.initialParameters(RandomStream(seed: 4)) == plain.initialParameters(RandomStream(seed: 4)))
    let data = try LearningData(tokens: (0..<40).map { Int32($0 * 7 % 11) }, vocabulary: 11, context: 8)
    let start = model.initialParameters(RandomStream(seed: 4)), stream = RandomStream(seed: 0)
    let a = try NetworkLoss(model, on: data).immediateLinearization(at: start, of: [0, 9, 20], stream: stream)
    let b = try NetworkLoss(plain, on: data).immediateLinearization(at: start, of: [0, 9, 20], stream: stream)
    #expect(a?.value == b?.value)
    #expect(a?.gradient.elements.map(\.bitPattern) == b?.gradient.elements.map(\.bitPattern))
  }

  /// Loss and accuracy on its own data after some steps of Adam.
  static func learned<Model: Network>(
    _ model: Model, _ data: LearningData, steps: Int, rate: Double, batch: Int = 16
  ) async throws -> (loss: NetworkLoss<Model>, parameters: Buffer<Float>) {
    let loss = NetworkLoss(model, on: data)
    let schedule = Schedule(peak: rate, shape: .cosine, warmup: 10, steps: steps, floor: 0.1)
    let rule = Elementwise(ClipByNorm(1).then(AdamMoments()).then(LearningRate(schedule)))
    let run = try Run(
      loss.problem(RandomStream(seed: 1)), by: Trainer(rule, batchSize: batch, steps: steps), asking: loss)
    while try await run.step() {}
    return (loss, run.state.parameters)
  }

  @Test(arguments: RecurrentKind.allCases)
  func recurrentModelsLearnTexts(_ kind: RecurrentKind) async throws {
    let (tokens, vocabulary) = Self.text(600)
    let data = try LearningData(tokens: tokens, vocabulary: vocabulary, context: 16)
    let model = RecurrentTextModel(vocabulary: vocabulary, kind: kind, width: 32)
    let (loss, parameters) = try await Self.learned(model, data, steps: 80, rate: 2e-2)
    let end = try loss.evaluation(at: parameters)
    #expect(end.loss < 0.3, "\(end)")
    guard kind != .slstm else { return }
    // What it carries along leads it through the phrase for longer than it was shown.
    var stream = RandomStream(seed: 1)
    let written = try TextWriter(model, context: 16, parameters: parameters)
      .write(100, after: Array(tokens[..<20]), temperature: 0, &stream)
    #expect(written == Array(tokens[20..<120]))
  }

  @Test(arguments: RecurrentKind.allCases, [false, true])
  func recurrentModelsReadDigits(_ kind: RecurrentKind, _ bothWays: Bool) async throws {
    let data = try TrainingTests.digits(200, 1)
    let model = RecurrentClassifier(
      .vectors(steps: 12, inputs: 12), classes: 10, kind: kind, width: 24, isBidirectional: bothWays)
    let (loss, parameters) = try await Self.learned(model, data, steps: 80, rate: 2e-2, batch: 32)
    let end = try loss.evaluation(at: parameters)
    #expect(end.loss < 0.8, "\(end)")
  }

  @Test(arguments: [false, true])
  func convolutionsReadDigits(_ isNormalized: Bool) async throws {
    let model = ConvolutionalNetwork(
      side: 12, channels: [6, 12], hidden: 32, classes: 10, isNormalized: isNormalized, dropout: 0.1)
    let (loss, parameters) = try await Self.learned(
      model, try TrainingTests.digits(300, 1), steps: 120, rate: 1e-2, batch: 32)
    let end = try loss.evaluation(at: parameters)
    #expect(end.loss < (isNormalized ? 0.2 : 0.4), "\(end)")
    #expect(model.statisticsLayout.count == (isNormalized ? 36 : 0))
    // Digits that were not shown, with the statistics of those that were.
    let held = NetworkLoss(model, on: try TrainingTests.digits(100, 2))
    let test = try held.evaluation(at: parameters, statistics: loss.statistics(at: parameters))
    #expect(test.accuracy > 0.85, "\(test)")
  }

  @Test func transformersReadDigits() async throws {
    let model = TransformerClassifier(
      .vectors(steps: 12, inputs: 12), context: 12, classes: 10, width: 24, layers: 1, heads: 3)
    let (loss, parameters) = try await Self.learned(
      model, try TrainingTests.digits(200, 1), steps: 120, rate: 1e-2, batch: 32)
    let end = try loss.evaluation(at: parameters)
    #expect(end.loss < 0.5, "\(end)")
  }

  /// Which of two tokens came first tells the class: one state to keep behind 10 positions of noise.
  @Test(arguments: RecurrentKind.allCases)
  func recurrentModelsReadTokens(_ kind: RecurrentKind) async throws {
    var stream = RandomStream(seed: 8)
    var (tokens, labels): ([Int32], [Int32]) = ([], [])
    for _ in 0..<200 {
      let label = Int32(stream.integer(below: 2))
      labels.append(label)
      tokens += [label] + (0..<10).map { _ in Int32(2 + stream.integer(below: 4)) }
    }
    let data = try LearningData(sequences: tokens, length: 11, vocabulary: 6, labels: labels, classCount: 2)
    let model = RecurrentClassifier(.tokens(vocabulary: 6, width: 8), classes: 2, kind: kind, width: 12)
    let (loss, parameters) = try await Self.learned(model, data, steps: 60, rate: 3e-2)
    let end = try loss.evaluation(at: parameters)
    #expect(end.loss < 0.1, "\(end)")
  }

  /// Four tokens are written in the opposite order, with targets of different lengths.
  @Test func sequencesAreReversed() async throws {
    var stream = RandomStream(seed: 8)
    func pairs(_ count: Int) -> (sources: [Int32], targets: [Int32]) {
      var (sources, targets): ([Int32], [Int32]) = ([], [])
      for _ in 0..<count {
        let source = (0..<4).map { _ in Int32(stream.integer(below: 5)) }
        sources += source
        // A source that begins with 0 is answered by three tokens only.
        targets += source[0] == 0 ? source.reversed().dropLast() + [-1] : source.reversed()
      }
      return (sources, targets)
    }
    let (sources, targets) = pairs(300)
    let data = try LearningData(
      sources: sources, sourceLength: 4, targets: targets, targetLength: 4, vocabulary: 5)
    let model = SequenceTransformer(vocabulary: 5, sourceLength: 4, targetLength: 4, width: 24, layers: 1, heads: 2)
    let (loss, parameters) = try await Self.learned(model, data, steps: 250, rate: 1e-2)
    let end = try loss.evaluation(at: parameters)
    #expect(end.loss < 0.1, "\(end)")
    let unseen = pairs(50)
    let written = try model.write(from: unseen.sources, parameters: parameters)
    var right = 0
    for row in 0..<50 {
      let isRight = (row * 4..<row * 4 + 4).allSatisfy { unseen.targets[$0] == -1 || written[$0] == unseen.targets[$0] }
      if isRight { right += 1 }
    }
    #expect(right >= 45, "\(right) of 50")
  }

  @Test func pairsThatAreNone() {
    func message(_ sources: [Int32], _ targets: [Int32]) -> String? {
      do throws(LearningDataError) {
        _ = try LearningData(sources: sources, sourceLength: 2, targets: targets, targetLength: 2, vocabulary: 3)
        return nil
      } catch { return error.description }
    }
    #expect(message([0, 1], [2, 1]) == nil)
    #expect(
      message([0, 1, 2], [2, 1])
        == "3 tokens of sources and 2 of targets; expected rows of 2 and as many of 2")
    #expect(message([0, 3], [2, 1]) == "token 1 of source 0 is 3; expected a number from 0 to 2")
    #expect(message([0, 1], [2, 3]) == "the label of row 3 is 3; expected a class from 0 to 2")
    #expect(message([0, 1], [-1, -1]) == "no position of row 0 counts; expected at least one class that is not −1")
  }

  /// One group of observations in chunks has the statistics of the whole; with a first layer alone, those of its input.
  @Test func statisticsAreThoseOfTheData() throws {
    struct Normed: Network {
      var tensors: [ModelTensor] { BatchNorm(3).tensors("norm") }
      func scores(_ batch: Batch, _ p: ModelParameters) -> TracedTensor {
        guard let x = batch.features else { preconditionFailure("features") }
        return BatchNorm(3)(x, p.part("norm"))
      }
    }
    var stream = RandomStream(seed: 9)
    let features = (0..<300).map { Float(stream.normal() + Double($0 % 3) * 1000 * Double($0 % 3 == 2 ? 1 : 0)) }
    let data = try LearningData(features: features, width: 3, labels: [Int32](repeating: 0, count: 100), classCount: 3)
    let loss = NetworkLoss(Normed(), on: data)
    let found = try loss.statistics(at: Buffer([1, 1, 1, 0, 0, 0]), chunk: 30)
    for j in 0..<3 {
      let column = stride(from: j, to: 300, by: 3).map { Double(features[$0]) }
      let mean = column.reduce(0, +) / 100
      let variance = column.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 100
      #expect(abs(Double(found[j]) - mean) < 1e-6 * max(1, mean))
      #expect(abs(Double(found[3 + j]) / variance - 1) < 1e-3)
    }
  }

  /// Greedy writing by memory is greedy writing by reading again, as long as the text fits the context.
  @Test func writingByMemory() async throws {
    let (tokens, vocabulary) = Self.text(600)
    let model = TextTransformer(vocabulary: vocabulary, context: 40, width: 24, layers: 2, heads: 2, hidden: 48)
    let parameters = model.initialParameters(RandomStream(seed: 2))
    var stream = RandomStream(seed: 1)
    let byMemory = try TextWriter(model, context: 40, parameters: parameters)
      .write(35, after: Array(tokens[..<5]), temperature: 0.5, &stream)
    var again = RandomStream(seed: 1)
    let byReading = try TextWriter(PlainTransformer(of: model), context: 40, parameters: parameters)
      .write(35, after: Array(tokens[..<5]), temperature: 0.5, &again)
    #expect(byMemory == byReading)
    // Beyond the context it goes on, from the later half of what it knew.
    let longer = try TextWriter(model, context: 40, parameters: parameters)
      .write(200, after: Array(tokens[..<5]), temperature: 0, &stream)
    #expect(longer.count == 200)
  }
}

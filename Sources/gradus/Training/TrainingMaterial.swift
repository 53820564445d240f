// SPDX-License-Identifier: Apache-2.0
import Gradus

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// What a training learns from and is tested on, with the model that suits it.
struct TrainingMaterial: Sendable {
  let model: any Network
  var learned: LearningData
  var held: LearningData
  /// Of a text: what the tokens stand for.
  var alphabet: [UInt8] = []

  /// The data of a spec. Generated data depend on nothing but their size; files are split by their order: every fifth
  /// observation, or the last tenth of a text, is held out unless the spec has another share or a file.
  init(_ spec: TrainingSpec, memory: Int?) throws {
    switch spec.data {
    case "digits": try self.init(digits: spec)
    case "sentences":
      let text = GeneratedSentences.text(length: spec.observations, stream: RandomStream(seed: 0))
      try self.init(text: Array(text.utf8), spec)
    case let path where path.lowercased().hasSuffix(".txt"):
      try self.init(text: AtomicFile.read(path, limit: 1 << 30), spec)
    default:
      let table = try TrainingTable(spec, memory: memory)
      self.init(
        model: Perceptron(widths: [table.featureCount] + spec.widths + [max(1, table.classes.count)]),
        learned: table.learned, held: table.held)
    }
  }

  private init(model: any Network, learned: LearningData, held: LearningData) {
    self.model = model
    self.learned = learned
    self.held = held
  }

  private init(digits spec: TrainingSpec) throws {
    let count = spec.observations
    let (train, test) = (
      RenderedDigits(count: count, stream: RandomStream(seed: 0).child("learned")),
      RenderedDigits(
        count: max(10, Int(Double(count) * (spec.heldOut ?? 0.2))), stream: RandomStream(seed: 0).child("held out"))
    )
    func data(_ digits: RenderedDigits) throws(LearningDataError) -> LearningData {
      try LearningData(
        features: digits.pixels, width: digits.side * digits.side, labels: digits.labels.map { Int32($0) },
        classCount: 10)
    }
    learned = try data(train)
    held = try data(test)
    let side = train.side
    model =
      switch spec.model {
      case .convolutional:
        // Without normalization the saved parameters are the whole model.
        ConvolutionalNetwork(side: side, channels: spec.channels, classes: 10, isNormalized: false)
      case .lstm, .gru, .slstm:
        RecurrentClassifier(
          .vectors(steps: side, inputs: side), classes: 10, kind: spec.model.recurrent ?? .lstm, width: spec.width,
          layers: max(1, spec.layers))
      case .perceptron, .transformer: Perceptron(widths: [side * side] + spec.widths + [10])
      }
  }

  private init(text: [UInt8], _ spec: TrainingSpec) throws {
    let alphabet = Set(text).sorted()
    var place = [Int32?](repeating: nil, count: 256)
    for (k, byte) in alphabet.enumerated() { place[Int(byte)] = Int32(k) }
    let tokens = text.compactMap { place[Int($0)] }
    let test = try spec.test.map { path in
      try AtomicFile.read(path, limit: 1 << 30).enumerated().map { i, byte in
        guard let token = place[Int(byte)] else {
          let shown = byte >= 32 && byte < 127 ? "'\(Character(Unicode.Scalar(byte)))'" : "\(byte)"
          throw Failure(.unreadable, "\(path): byte \(i + 1) is \(shown); expected one that \(spec.data) has too")
        }
        return token
      }
    }
    let kept = test == nil ? max(spec.context + 1, Int(Double(tokens.count) * (spec.heldOut ?? 0.1))) : 0
    let cut = tokens.count - kept
    guard cut > spec.context else {
      throw Failure(
        .unreadable, "\(spec.data) has \(text.count) bytes; expected more than twice the context of \(spec.context)")
    }
    if let test, test.count <= spec.context {
      throw Failure(
        .unreadable,
        "\(spec.test ?? "") has \(test.count) bytes; expected more than the context of \(spec.context)")
    }
    self.alphabet = alphabet
    let vocabulary = alphabet.count
    learned = try LearningData(tokens: Array(tokens[..<cut]), vocabulary: vocabulary, context: spec.context)
    held = try LearningData(tokens: test ?? Array(tokens[cut...]), vocabulary: vocabulary, context: spec.context)
    if let kind = spec.model.recurrent {
      model = RecurrentTextModel(vocabulary: vocabulary, kind: kind, width: spec.width, layers: max(1, spec.layers))
    } else {
      model = TextTransformer(
        vocabulary: vocabulary, context: spec.context, width: spec.width, layers: spec.layers, heads: spec.heads)
    }
  }
}

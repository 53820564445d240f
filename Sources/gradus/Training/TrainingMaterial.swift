// SPDX-License-Identifier: Apache-2.0
import Gradus

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// What a training learns from and is tested on, with the model that suits it.
struct TrainingMaterial: Sendable {
  enum Architecture: Sendable {
    case perceptron(Perceptron)
    case transformer(TextTransformer)
  }

  var architecture: Architecture
  var learned: LearningData
  var held: LearningData
  /// Of a text: what the tokens stand for.
  var alphabet: [UInt8] = []
  /// Of a table: what the classes are called.
  var classes: [String] = []

  /// The data of a spec. Generated data depend on nothing but their size; files are split by their order: every fifth
  /// observation, or the last tenth of a text, is held out.
  init(_ spec: TrainingSpec) throws {
    switch spec.data {
    case "digits": try self.init(digits: spec)
    case "sentences":
      let text = GeneratedSentences.text(length: spec.observations, stream: RandomStream(seed: 0))
      try self.init(text: Array(text.utf8), spec)
    case let path where path.lowercased().hasSuffix(".txt"):
      try self.init(text: AtomicFile.read(path, limit: 1 << 30), spec)
    default: try self.init(table: spec)
    }
  }

  private init(digits spec: TrainingSpec) throws {
    let count = spec.observations
    let (train, test) = (
      RenderedDigits(count: count, stream: RandomStream(seed: 0).child("learned")),
      RenderedDigits(count: max(10, count / 5), stream: RandomStream(seed: 0).child("held out"))
    )
    func data(_ digits: RenderedDigits) throws(LearningDataError) -> LearningData {
      try LearningData(
        features: digits.pixels, width: digits.side * digits.side, labels: digits.labels.map { Int32($0) },
        classCount: 10)
    }
    learned = try data(train)
    held = try data(test)
    architecture = .perceptron(Perceptron(widths: [train.side * train.side] + spec.widths + [10]))
    classes = (0..<10).map { "\($0)" }
  }

  private init(text: [UInt8], _ spec: TrainingSpec) throws {
    let alphabet = Set(text).sorted()
    var place = [Int32](repeating: 0, count: 256)
    for (k, byte) in alphabet.enumerated() { place[Int(byte)] = Int32(k) }
    let tokens = text.map { place[Int($0)] }
    let cut = tokens.count - max(spec.context + 1, tokens.count / 10)
    guard cut > spec.context else {
      throw Failure(
        .unreadable, "\(spec.data) has \(text.count) bytes; expected more than twice the context of \(spec.context)")
    }
    self.alphabet = alphabet
    learned = try LearningData(tokens: Array(tokens[..<cut]), vocabulary: alphabet.count, context: spec.context)
    held = try LearningData(tokens: Array(tokens[cut...]), vocabulary: alphabet.count, context: spec.context)
    architecture = .transformer(
      TextTransformer(
        vocabulary: alphabet.count, context: spec.context, width: spec.width, layers: spec.layers, heads: spec.heads))
  }

  /// A classifier of a table's labels, features standardized as `gradus solve` does it.
  private init(table spec: TrainingSpec) throws {
    guard let format = DataFile.Format(path: spec.data) else {
      throw Failure(
        .usage, "there is no data '\(spec.data)'; choose digits, sentences, or a .csv, .svm or .txt file")
    }
    let table = try DataFile.read(path: spec.data)
    let suggested = TrainingTask(suggestedBy: table.targets, in: format)
    guard suggested != .regression else {
      throw Failure(
        .usage, "\(spec.data) has numbers as targets; 'gradus train' learns labels, 'gradus solve' fits numbers")
    }
    let problem: TrainingProblem
    do { problem = try TrainingProblem(table, task: suggested) } catch {
      throw Failure(.unreadable, "\(spec.data): \(error)")
    }
    let (n, p) = (problem.rowCount, problem.design.columnCount)
    guard n >= 10 else { throw Failure(.unreadable, "\(spec.data) has \(n) observations; expected at least 10") }
    var parts: (learned: ([Float], [Int32]), held: ([Float], [Int32])) = (([], []), ([], []))
    var row = [Double](repeating: 0, count: p)
    for i in 0..<n {
      for j in 0..<p { row[j] = 0 }
      var span = row.mutableSpan
      problem.design.add(1, row: i, to: &span)
      let label = Int32(suggested == .binary ? (problem.targets[i] > 0 ? 1 : 0) : problem.targets[i])
      if i % 5 == 4 {
        parts.held.0 += row.map { Float($0) }
        parts.held.1.append(label)
      } else {
        parts.learned.0 += row.map { Float($0) }
        parts.learned.1.append(label)
      }
    }
    classes = problem.classes
    let count = classes.count
    learned = try LearningData(features: parts.learned.0, width: p, labels: parts.learned.1, classCount: count)
    held = try LearningData(features: parts.held.0, width: p, labels: parts.held.1, classCount: count)
    architecture = .perceptron(Perceptron(widths: [p] + spec.widths + [count]))
  }
}

// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// Held-out variants: the task of a workload with another normalization, activation or width of the model.
///
/// A rule whose setting serves a workload but none of its relatives was fitted to the workload.
extension WorkloadLaboratory {
  /// The names of all variants: a workload, a slash, and what is different.
  public static let variantNames = [
    "logistic/wide", "perceptron/normalized", "perceptron/gelu", "perceptron/narrow", "deep-tanh/normalized",
    "deep-tanh/elu", "deep-tanh/wide", "shapes/plain", "shapes/wide", "lstm/gru", "lstm/narrow", "transformer/wide",
    "transformer/deep", "factorization/wide", "autoencoder/wide", "quadratic/wide",
  ]

  /// One variant of each of these workloads, drawn at random.
  public static func drawnVariants(of names: [String], stream: RandomStream) -> [String] {
    var stream = stream
    return names.compactMap { name in
      let own = variantNames.filter { $0.hasPrefix(name + "/") }
      return own.isEmpty ? nil : own[stream.integer(below: own.count)]
    }
  }

  /// A variant by name; nil for a name that is not in the list. Data are those of the workload with this seed, but where the
  /// model's width is that of its inputs.
  public static func variant(named name: String, seed: UInt64 = 0) throws -> Workload? {
    guard variantNames.contains(name), let slash = name.firstIndex(of: "/") else { return nil }
    guard let base = try workload(named: String(name[..<slash]), seed: seed) else { return nil }
    var (learned, held) = (base.learned, base.held)
    let stream = RandomStream(seed: seed).child("variant")
    let model: any Network
    switch name {
    case "logistic/wide":
      let task = PowerLawTask(width: 128, teacher: .linear, stream: stream)
      (learned, held) = (try task.data(4096), try task.data(1024, from: 4096))
      model = Perceptron(widths: [128, 10])
    case "perceptron/normalized":
      model = DeepNetwork(inputs: 64, width: 128, depth: 2, classes: 10, activation: .relu, isNormalized: true)
    case "perceptron/gelu": model = DeepNetwork(inputs: 64, width: 128, depth: 2, classes: 10, activation: .gelu)
    case "perceptron/narrow": model = Perceptron(widths: [64, 64, 64, 10])
    case "deep-tanh/normalized": model = DeepNetwork(inputs: 32, width: 32, depth: 10, classes: 10, isNormalized: true)
    case "deep-tanh/elu": model = DeepNetwork(inputs: 32, width: 32, depth: 10, classes: 10, activation: .elu)
    case "deep-tanh/wide": model = DeepNetwork(inputs: 32, width: 48, depth: 10, classes: 10)
    case "shapes/plain":
      model = ConvolutionalNetwork(side: 16, channels: [6, 12], hidden: 32, classes: 8, isNormalized: false)
    case "shapes/wide": model = ConvolutionalNetwork(side: 16, channels: [8, 16], hidden: 32, classes: 8)
    case "lstm/gru":
      model = RecurrentTextModel(vocabulary: SequenceTask.copy(length: 4, symbols: 6).vocabulary, kind: .gru, width: 32)
    case "lstm/narrow":
      model = RecurrentTextModel(vocabulary: SequenceTask.copy(length: 4, symbols: 6).vocabulary, width: 24)
    case "transformer/wide", "transformer/deep":
      let task = SequenceTask.reverse(length: 4, symbols: 6)
      let isWide = name == "transformer/wide"
      model = TextTransformer(
        vocabulary: task.vocabulary, context: task.context, width: isWide ? 24 : 16, layers: isWide ? 2 : 3, heads: 2)
    case "factorization/wide": model = FactorModel(vocabulary: 100, rank: 4)
    case "autoencoder/wide": model = Autoencoder(widths: [64, 96, 3])
    default:
      let task = QuadraticTask(width: 64, stream: stream)
      (learned, held) = (try task.data(2048), try task.data(512, from: 2048))
      model = Perceptron(widths: [64, 1])
    }
    return Workload(
      name, "\(base.summary), \(name[name.index(after: slash)...])", model: model, learned: learned, held: held,
      batch: base.batch, steps: base.steps, variantOf: base.name)
  }
}

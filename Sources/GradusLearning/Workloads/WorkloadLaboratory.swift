// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

/// The small workloads on which update rules are compared, each a few seconds at most.
///
/// Model and data differ in what makes training hard: spectrum of the inputs, depth, convolutions, recurrence, attention,
/// factorization, a bottleneck, and conditioning alone.
public enum WorkloadLaboratory {
  /// The names, in order.
  public static let names = [
    "logistic", "perceptron", "deep-tanh", "shapes", "lstm", "transformer", "factorization", "autoencoder", "quadratic",
  ]

  /// A workload by name; nil for a name that is not in the list. The seed decides teachers and data.
  public static func workload(named name: String, seed: UInt64 = 0) throws -> Workload? {
    guard let place = names.firstIndex(of: name) else { return nil }
    let stream = RandomStream(seed: seed).child("workload", place)
    switch name {
    case "logistic":
      let task = PowerLawTask(teacher: .linear, stream: stream)
      return Workload(
        name, "softmax regression, inputs with a power-law spectrum", model: Perceptron(widths: [64, 10]),
        learned: try task.data(4096), held: try task.data(1024, from: 4096), batch: 128, steps: 300)
    case "perceptron":
      let task = PowerLawTask(stream: stream)
      return Workload(
        name, "perceptron 64-128-128-10, inputs with a power-law spectrum",
        model: Perceptron(widths: [64, 128, 128, 10]), learned: try task.data(4096),
        held: try task.data(1024, from: 4096), batch: 128, steps: 300)
    case "deep-tanh":
      let task = PowerLawTask(width: 32, exponent: 0.5, stream: stream)
      return Workload(
        name, "ten maps of width 32 with tanh between them",
        model: DeepNetwork(inputs: 32, width: 32, depth: 10, classes: 10),
        learned: try task.data(4096), held: try task.data(1024, from: 4096), batch: 64, steps: 300)
    case "shapes":
      let (learned, held) = (
        RenderedShapes(count: 2048, stream: stream.child("learned")),
        RenderedShapes(count: 256, stream: stream.child("held out"))
      )
      return Workload(
        name, "convolutions over pictures of 16 × 16 pixels in eight classes",
        model: ConvolutionalNetwork(side: 16, channels: [6, 12], hidden: 32, classes: 8),
        learned: try learned.data(), held: try held.data(), batch: 32, steps: 200)
    case "lstm":
      let task = SequenceTask.copy(length: 4, symbols: 6)
      return Workload(
        name, "recurrent network of width 32 that repeats four symbols",
        model: RecurrentTextModel(vocabulary: task.vocabulary, width: 32), learned: try task.data(2048, stream: stream),
        held: try task.data(256, from: 2048, stream: stream), batch: 32, steps: 300)
    case "transformer":
      let task = SequenceTask.reverse(length: 4, symbols: 6)
      return Workload(
        name, "transformer of two layers of width 16 that says four symbols backwards",
        model: TextTransformer(vocabulary: task.vocabulary, context: task.context, width: 16, layers: 2, heads: 2),
        learned: try task.data(2048, stream: stream), held: try task.data(256, from: 2048, stream: stream), batch: 32,
        steps: 300)
    case "factorization":
      let task = LowRankTask(stream: stream)
      return Workload(
        name, "matrix of 60 × 40 entries of rank three, five in six of them seen",
        model: FactorModel(vocabulary: 100, rank: 3),
        learned: try task.data(2000), held: try task.data(400, from: 2000), batch: 100, steps: 400)
    case "autoencoder":
      let task = CurvedTask(stream: stream)
      return Workload(
        name, "64 features through a code of three numbers", model: Autoencoder(widths: [64, 64, 3]),
        learned: try task.data(2000), held: try task.data(500, from: 2000), batch: 100, steps: 300)
    case "quadratic":
      let task = QuadraticTask(stream: stream)
      return Workload(
        name, "least squares whose Hessian has condition 1000", model: Perceptron(widths: [32, 1]),
        learned: try task.data(2048), held: try task.data(512, from: 2048), batch: 64, steps: 300)
    default: return nil
    }
  }
}

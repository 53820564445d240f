// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics
import GradusFirstOrder
import GradusTensor

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Continues a text by a trained model, one token after the other.
public struct TextWriter<Architecture: Network>: Sendable {
  private let model: Architecture
  private let context: Int
  private let parameters: Buffer<Float>

  /// `context` is the longest text that the model is shown.
  public init(_ model: Architecture, context: Int, parameters: Buffer<Float>) {
    precondition(parameters.count == model.layout.count, "\(parameters.count) parameters for another model")
    self.model = model
    self.context = context
    self.parameters = parameters
  }

  /// `count` tokens behind `start`, each drawn from softmax(scores/temperature); 0 takes the largest score.
  ///
  /// Cost: one pass over the context a token.
  public func write(
    _ count: Int, after start: [Int32], temperature: Double = 1, _ stream: inout RandomStream
  ) throws -> [Int32] {
    precondition(!start.isEmpty, "a text is continued from at least one token")
    let tape = TensorTape(engine: TensorEngine(), isRecording: false)
    let layout = model.layout
    let tensors = layout.slots.map { Tensor(Array(parameters.elements[$0.range]), TensorShape($0.shape)) }
    var tokens = start
    while tokens.count < start.count + count {
      tape.reset()
      let shown = Array(tokens.suffix(context))
      let named = zip(layout.slots, tensors).map { ($0.name, tape.constant($1, name: $0.name)) }
      let scores = model.scores(
        Batch(tokens: TensorIndices(shown, [1, shown.count])),
        ModelParameters(Dictionary(uniqueKeysWithValues: named)))
      let last = try scores.value.floats.suffix(scores.shape[-1])
      tokens.append(Int32(Self.draw(last.map { Double($0) }, temperature, &stream)))
    }
    return Array(tokens.dropFirst(start.count))
  }

  private static func draw(_ scores: [Double], _ temperature: Double, _ stream: inout RandomStream) -> Int {
    let top = scores.max() ?? 0
    guard temperature > 0 else { return scores.firstIndex(of: top) ?? 0 }
    return stream.categorical(scores.map { exp(($0 - top) / temperature) })
  }
}

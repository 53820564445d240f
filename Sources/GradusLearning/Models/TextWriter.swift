// SPDX-License-Identifier: Apache-2.0
import GradusFirstOrder
public import GradusNumerics

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
  /// Cost: one token a token for a model that remembers (`TextModel`), and each time its context is full half of it at once;
  /// for others one pass over the context a token.
  public func write(
    _ count: Int, after start: [Int32], temperature: Double = 1, _ stream: inout RandomStream
  ) throws -> [Int32] {
    precondition(!start.isEmpty, "a text is continued from at least one token")
    var reader = model.reader(context: context, parameters: parameters)
    var written: [Int32] = []
    var new = start
    while written.count < count {
      let scores = try reader.read(new)
      new = [Int32(Self.draw(scores.map { Double($0) }, temperature, &stream))]
      written += new
    }
    return written
  }

  private static func draw(_ scores: [Double], _ temperature: Double, _ stream: inout RandomStream) -> Int {
    let top = scores.max() ?? 0
    guard temperature > 0 else { return scores.firstIndex(of: top) ?? 0 }
    return stream.categorical(scores.map { exp(($0 - top) / temperature) })
  }
}

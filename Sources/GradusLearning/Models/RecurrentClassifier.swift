// SPDX-License-Identifier: Apache-2.0
public import GradusTensor

/// Recurrent layers through a sequence; the class is told from the state behind the last position.
///
/// With a way back in time as well, the class is told from the mean over time.
public struct RecurrentClassifier: Network {
  public var input: SequenceInput
  public var classes: Int
  public var kind: RecurrentKind
  public var width: Int
  public var layers: Int
  public var isBidirectional: Bool

  public init(
    _ input: SequenceInput, classes: Int, kind: RecurrentKind = .lstm, width: Int = 64, layers: Int = 1,
    isBidirectional: Bool = false
  ) {
    precondition(classes > 0 && width > 0 && layers > 0, "\(layers) layers of \(width) for \(classes) classes")
    self.input = input
    self.classes = classes
    self.kind = kind
    self.width = width
    self.layers = layers
    self.isBidirectional = isBidirectional
  }

  private var output: Linear { Linear(isBidirectional ? 2 * width : width, classes) }

  private func layer(_ k: Int) -> any Layer {
    guard isBidirectional else { return kind.layer(k == 0 ? input.width : width, width) }
    return Self.bothWays(kind.layer(k == 0 ? input.width : 2 * width, width))
  }

  private static func bothWays(_ layer: some RecurrentLayer) -> any Layer { layer.bidirectional }

  public var tensors: [ModelTensor] {
    input.tensors("input") + (0..<layers).flatMap { layer($0).tensors("layer\($0)") } + output.tensors("output")
  }

  public func scores(_ batch: Batch, _ parameters: ModelParameters) -> TracedTensor {
    var x = input(batch, parameters.part("input"))
    for k in 0..<layers {
      let layer = layer(k)
      x = layer(x, parameters.part("layer\(k)"))
    }
    let last = x.slice(axis: 1, from: x.shape[1] - 1, count: 1)
    return output(isBidirectional ? x.mean(over: [1]) : last.reshaped([x.shape[0], width]), parameters.part("output"))
  }
}

// SPDX-License-Identifier: Apache-2.0
public import GradusTensor

/// Recurrent layers through a sequence of vectors; the class is told from the state behind the last.
///
/// The features of a row are `steps` vectors one behind the other: an image is read line by line. With a way back in time
/// as well, the class is told from the mean over time.
public struct RecurrentClassifier: Network {
  /// Vectors of a row.
  public var steps: Int
  /// Numbers of a vector.
  public var inputs: Int
  public var classes: Int
  public var kind: RecurrentKind
  public var width: Int
  public var layers: Int
  public var isBidirectional: Bool

  public init(
    steps: Int, inputs: Int, classes: Int, kind: RecurrentKind = .lstm, width: Int = 64, layers: Int = 1,
    isBidirectional: Bool = false
  ) {
    precondition(steps > 0 && inputs > 0 && classes > 0, "\(steps) steps of \(inputs) numbers in \(classes) classes")
    precondition(width > 0 && layers > 0, "\(layers) layers of \(width)")
    self.steps = steps
    self.inputs = inputs
    self.classes = classes
    self.kind = kind
    self.width = width
    self.layers = layers
    self.isBidirectional = isBidirectional
  }

  private var output: Linear { Linear(isBidirectional ? 2 * width : width, classes) }

  private func layer(_ k: Int) -> any Layer {
    guard isBidirectional else { return kind.layer(k == 0 ? inputs : width, width) }
    return Self.bothWays(kind.layer(k == 0 ? inputs : 2 * width, width))
  }

  private static func bothWays(_ layer: some RecurrentLayer) -> any Layer { layer.bidirectional }

  public var tensors: [ModelTensor] {
    (0..<layers).flatMap { layer($0).tensors("layer\($0)") } + output.tensors("output")
  }

  public func scores(_ batch: Batch, _ parameters: ModelParameters) -> TracedTensor {
    guard let features = batch.features else { preconditionFailure("a classifier is shown features, not tokens") }
    let rows = features.shape[0]
    precondition(
      features.shape[1] == steps * inputs, "\(features.shape[1]) features for \(steps) steps of \(inputs) numbers")
    var x = features.reshaped([rows, steps, inputs])
    for k in 0..<layers {
      let layer = layer(k)
      x = layer(x, parameters.part("layer\(k)"))
    }
    let y =
      isBidirectional
      ? x.mean(over: [1]) : x.slice(axis: 1, from: steps - 1, count: 1).reshaped([rows, width])
    return output(y, parameters.part("output"))
  }
}

// SPDX-License-Identifier: Apache-2.0

/// One tensor of a model.
public struct ModelTensor: Sendable, Hashable {
  /// Its name within the layer or model that lists it, such as "weight"; places are put before it with a point.
  public var name: String
  public var shape: [Int]
  public var initializer: Initializer
  /// Whether gradients change it. Others are statistics of the data: not among the parameters that update rules see, but
  /// saved with them.
  public var isTrained: Bool
  /// Whether it is a linear map [inputs, outputs], whose columns are the neurons that update rules may treat by themselves.
  public var isLinearMap = false

  public init(_ name: String, _ shape: [Int], _ initializer: Initializer, isTrained: Bool = true) {
    self.name = name
    self.shape = shape
    self.initializer = initializer
    self.isTrained = isTrained
  }

  /// A linear map [inputs, outputs].
  public init(_ name: String, inputs: Int, outputs: Int, _ initializer: Initializer) {
    self.init(name, [inputs, outputs], initializer)
    isLinearMap = true
  }
}

extension [ModelTensor] {
  /// The same tensors of a part that is called `place` in a larger one: "weight" becomes "place.weight".
  public func placed(_ place: String) -> [ModelTensor] {
    map { tensor in
      var tensor = tensor
      tensor.name = place + "." + tensor.name
      return tensor
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
public import GradusModeling
public import GradusNumerics

extension FiveElementStatement {
  /// The statement with every number of its parameters times a factor of its own, uniform on [0.8, 1.25].
  ///
  /// Zeros and ones stay, for they mostly say yes or no; whole numbers stay whole; so do numbers that are not finite. The draws of
  /// one parameter do not depend on the others.
  public func scaledData(_ stream: RandomStream) -> FiveElementStatement {
    var result = self
    for k in parameters.indices {
      var draws = stream.child("parameter", k)
      result.parameters[k].values = parameters[k].values.map { value in
        let factor = draws.uniform(0.8, 1.25)
        guard value.isFinite, value != 0, value != 1 else { return value }
        return value == value.rounded() ? (factor * value).rounded() : factor * value
      }
    }
    return result
  }
}

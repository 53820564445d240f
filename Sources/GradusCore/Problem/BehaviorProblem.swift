// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// Find points that behave in different ways, each as good as possible among those that behave alike.
public struct BehaviorProblem: Sendable, Codable, Hashable, Fingerprinted {
  public var space: SearchSpace
  /// Where the features of a behavior lie; its dimension is their number.
  public var features: Box
  /// Points to ask about first.
  public var starts: [Vector]

  public init(_ space: SearchSpace, features: Box, starts: [Vector] = []) {
    precondition(features.dimension >= 1, "a behavior has at least one feature")
    precondition(starts.allSatisfy { $0.count == space.dimension }, "a start must have the dimension of the space")
    self.space = space
    self.features = features
    self.starts = starts
  }

  public var fingerprint: UInt64 {
    var print = Fingerprint()
    print.mix(Int(bitPattern: UInt(space.fingerprint)))
    print.mix(features.lower.elements)
    print.mix(features.upper.elements)
    for start in starts { print.mix(start.elements) }
    return print.value
  }
}

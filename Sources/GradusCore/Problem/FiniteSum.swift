// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// Minimize f(x) = (1/n) Σᵢ fᵢ(x) over all of Rᵈ, where one term costs an n-th of the whole.
public struct FiniteSum: Sendable, Codable, Hashable, Fingerprinted {
  public var start: Vector
  /// n.
  public var termCount: Int
  /// Lᵢ > 0 with |∇fᵢ(x) − ∇fᵢ(y)| ≤ Lᵢ|x − y|, one number a term; nil when nobody knows.
  public var smoothness: [Double]?
  /// m > 0 when f − ½m|x|² is known to be convex; 0 when nothing is known.
  public var strongConvexity: Double
  /// True when every fᵢ is known to be convex.
  public var isConvex: Bool
  /// What the data behind the terms are recognized by when a run is resumed; 0 when there are none.
  public var dataFingerprint: UInt64 = 0

  /// A positive `strongConvexity` says that f is convex as well.
  public init(
    start: Vector, termCount: Int, smoothness: [Double]? = nil, isConvex: Bool = false, strongConvexity: Double = 0
  ) {
    precondition(termCount > 0, "a finite sum has at least one term")
    precondition(
      smoothness.map { $0.count == termCount && $0.allSatisfy { $0 > 0 } } ?? true,
      "the smoothness of a finite sum is one positive number a term")
    self.start = start
    self.termCount = termCount
    self.smoothness = smoothness
    self.strongConvexity = strongConvexity
    self.isConvex = isConvex || strongConvexity > 0
  }

  public var fingerprint: UInt64 {
    var print = Fingerprint()
    print.mix("finite sum")
    print.mix(termCount)
    print.mix(start.elements)
    print.mix(dataFingerprint)
    return print.value
  }

  /// The same problem without its terms.
  public var whole: Unconstrained {
    var whole = Unconstrained(start: start, isConvex: isConvex, strongConvexity: strongConvexity)
    whole.dataFingerprint = dataFingerprint
    return whole
  }
}

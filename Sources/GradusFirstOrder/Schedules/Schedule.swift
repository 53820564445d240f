// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A learning rate as a function of the step.
///
///     warm-up       η(t) = η·t/w                                  t ≤ w
///     constant      η(t) = η
///     linear        η(t) = η·(r + (1 − r)(1 − s))                 s = (t − w)/(T − w)
///     cosine        η(t) = η·(r + (1 − r)(1 + cos πs)/2)
///
/// After T the rate stays at rη. Steps count from 1.
public struct Schedule: Sendable, Codable, Hashable {
  /// How the rate falls after the warm-up.
  public enum Shape: String, Sendable, Codable, Hashable, CaseIterable { case constant, linear, cosine }

  /// η.
  public var peak: Double
  public var shape: Shape
  /// w.
  public var warmup: Int
  /// T; not used by a constant rate.
  public var steps: Int
  /// r, what is left at the end, as a share of the peak.
  public var floor: Double

  public init(peak: Double, shape: Shape = .constant, warmup: Int = 0, steps: Int = 0, floor: Double = 0) {
    precondition(peak.isFinite && peak >= 0, "a learning rate is a finite number, not \(peak)")
    precondition(warmup >= 0 && (shape == .constant || steps > warmup), "a schedule falls after its warm-up")
    self.peak = peak
    self.shape = shape
    self.warmup = warmup
    self.steps = steps
    self.floor = floor
  }

  /// η(t), t from 1.
  public func rate(at step: Int) -> Double {
    if step <= warmup { return peak * Double(step) / Double(warmup) }
    let share = shape == .constant ? 0 : min(1, Double(step - warmup) / Double(steps - warmup))
    switch shape {
    case .constant: return peak
    case .linear: return peak * (floor + (1 - floor) * (1 - share))
    case .cosine: return peak * (floor + (1 - floor) * 0.5 * (1 + cos(.pi * share)))
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A learning rate as a function of the step.
///
///     warm-up                  η(t) = η·t/w                                  t ≤ w
///     constant                 η(t) = η
///     linear                   η(t) = η·(r + (1 − r)(1 − s))                 s = (t − w)/(T − w)
///     cosine                   η(t) = η·(r + (1 − r)(1 + cos πs)/2)
///     warm-up–stable–decay     η(t) = η until s = 1 − d, then linear to rη   d: share of the steps that decay
///     three drops              η(t) = η, η/10, η/100, η/1000 from s = 0, ⅓, ⅔, 8/9 on
///     inverse root             η(t) = η·√(w'/(w' + t − w))                   w' = max(w, 1)
///     inverse                  η(t) = η·w'/(w' + t − w)
///     tabulated                η(t) = η·table(s), linear between its entries
///
/// After T the rate stays at its last value. Steps count from 1.
///
/// **Reference** cosine: I. Loshchilov & F. Hutter, *SGDR*, ICLR 2017; warm-up–stable–decay: S. Hu et al., *MiniCPM* (2024);
/// inverse root: A. Vaswani et al., *Attention is all you need*, NeurIPS 2017.
public struct Schedule: Sendable, Codable, Hashable {
  /// How the rate falls after the warm-up.
  public enum Shape: String, Sendable, Codable, Hashable, CaseIterable {
    case constant, linear, cosine
    case warmupStableDecay = "wsd"
    case drops
    case inverseRoot = "inverse-root"
    case inverse
    case tabulated

    /// The shapes that a name and two lengths say all about: all but the tabulated one.
    public static var allCases: [Shape] {
      [.constant, .linear, .cosine, .warmupStableDecay, .drops, .inverseRoot, .inverse]
    }

    /// Whether T matters.
    public var needsLength: Bool { self != .constant && self != .inverseRoot && self != .inverse }
  }

  /// η.
  public var peak: Double
  public var shape: Shape
  /// w.
  public var warmup: Int
  /// T; not used by rates that fall without an end.
  public var steps: Int
  /// r, what is left at the end, as a share of the peak.
  public var floor: Double
  /// d, the share of the steps after the warm-up in which a warm-up–stable–decay schedule falls.
  public var decayShare = 0.2
  /// Of a tabulated schedule: shares of the peak at equal distances from the end of the warm-up to T.
  public private(set) var table: [Double] = []

  public init(peak: Double, shape: Shape = .constant, warmup: Int = 0, steps: Int = 0, floor: Double = 0) {
    precondition(peak.isFinite && peak >= 0, "a learning rate is a finite number, not \(peak)")
    precondition(warmup >= 0 && (!shape.needsLength || steps > warmup), "a schedule falls after its warm-up")
    precondition(shape != .tabulated, "a tabulated schedule is made of its table")
    self.peak = peak
    self.shape = shape
    self.warmup = warmup
    self.steps = steps
    self.floor = floor
  }

  /// The table, stretched over `steps`: its first entry belongs to step 1, its last to step T.
  public init(peak: Double, table: [Double], steps: Int) {
    precondition(peak.isFinite && peak >= 0, "a learning rate is a finite number, not \(peak)")
    precondition(!table.isEmpty && table.allSatisfy { $0.isFinite && $0 >= 0 }, "a table of rates has shares ≥ 0")
    precondition(steps > 0, "a schedule takes at least one step")
    self.peak = peak
    shape = .tabulated
    warmup = 0
    self.steps = steps
    floor = 0
    self.table = table
  }

  /// η(t), t from 1.
  public func rate(at step: Int) -> Double {
    if step <= warmup { return peak * Double(step) / Double(warmup) }
    let share = shape.needsLength ? min(1, Double(step - warmup) / Double(steps - warmup)) : 0
    let length = Double(max(warmup, 1))
    switch shape {
    case .constant: return peak
    case .linear: return peak * (floor + (1 - floor) * (1 - share))
    case .cosine: return peak * (floor + (1 - floor) * 0.5 * (1 + cos(.pi * share)))
    case .warmupStableDecay:
      let decayed = decayShare > 0 ? max(0, share - (1 - decayShare)) / decayShare : 0
      return peak * (floor + (1 - floor) * (1 - decayed))
    case .drops:
      // The step that ends a third still belongs to it, whatever the rounding of the division.
      let (done, whole) = (9 * (min(step, steps) - warmup - 1), steps - warmup)
      return peak * (done >= 8 * whole ? 1e-3 : done >= 6 * whole ? 1e-2 : done >= 3 * whole ? 1e-1 : 1)
    case .inverseRoot: return peak * (length / (length + Double(step - warmup))).squareRoot()
    case .inverse: return peak * length / (length + Double(step - warmup))
    case .tabulated: return peak * tabulated(min(step, steps))
    }
  }

  private func tabulated(_ step: Int) -> Double {
    guard table.count > 1, steps > 1 else { return table[0] }
    let place = Double(step - 1) / Double(steps - 1) * Double(table.count - 1)
    let i = min(Int(place), table.count - 2)
    return table[i] + (place - Double(i)) * (table[i + 1] - table[i])
  }
}

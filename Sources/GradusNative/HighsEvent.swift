// SPDX-License-Identifier: Apache-2.0

/// What HiGHS tells while it works. Valid only during the call it is handed to; every number is fetched when asked for.
public struct HighsEvent {
  /// Which kind of news it is (`kHighsCallback…`).
  public enum Kind: Int32, Sendable, CaseIterable {
    case simplex = 1
    case interiorPoint = 2
    /// A feasible integer point better than all before.
    case incumbent = 4
    /// A regular report of the integer search.
    case search = 6
  }

  public let kind: Kind
  let columnCount: Int
  let data: UnsafeRawPointer
  let item: @convention(c) (UnsafeRawPointer, UnsafePointer<CChar>) -> UnsafeRawPointer?

  /// Seconds since HiGHS began.
  public var seconds: Double { double("running_time") }
  public var simplexIterations: Int { Int(integer("simplex_iteration_count")) }
  public var interiorPointIterations: Int { Int(integer("ipm_iteration_count")) }
  public var firstOrderIterations: Int { Int(integer("pdlp_iteration_count")) }
  /// Of all linear programs of an integer search.
  public var totalIterations: Int { Int(item(data, "mip_total_lp_iterations")?.load(as: Int64.self) ?? 0) }
  public var nodes: Int { Int(item(data, "mip_node_count")?.load(as: Int64.self) ?? 0) }
  /// The objective of the incumbent that this event is about, in the user's sense.
  public var objective: Double { double("objective_function_value") }
  /// The best feasible objective so far; infinite without one.
  public var primalBound: Double { double("mip_primal_bound") }
  /// The best proven bound so far; infinite without one.
  public var dualBound: Double { double("mip_dual_bound") }

  /// The incumbent's point, one value a column; nil unless the event brings one.
  public var point: UnsafeBufferPointer<Double>? {
    guard kind == .incumbent, let place = item(data, "mip_solution") else { return nil }
    return UnsafeBufferPointer(start: place.assumingMemoryBound(to: Double.self), count: columnCount)
  }

  private func double(_ name: String) -> Double { item(data, name)?.load(as: Double.self) ?? .nan }
  private func integer(_ name: String) -> Int32 { item(data, name)?.load(as: Int32.self) ?? 0 }
}

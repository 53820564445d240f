// SPDX-License-Identifier: Apache-2.0

/// One instance of HiGHS: options, a model, a solve, its results. Silent; every call blocks.
///
/// Not `Sendable`: one task or thread uses it at a time. Long calls belong on a `BlockingExecutor`.
public final class HighsSession {
  let highs: Highs
  let instance: UnsafeMutableRawPointer
  public private(set) var columnCount = 0
  public private(set) var rowCount = 0
  private(set) var threads: Int32 = 0

  /// An empty instance that writes nothing. Throws when there is no memory for it.
  public init(_ highs: Highs) throws(HighsError) {
    self.highs = highs
    guard let instance = highs.create() else { throw .outOfMemory }
    self.instance = instance
    _ = highs.setBool(instance, "output_flag", 0)
  }

  deinit { highs.destroy(instance) }

  /// Copies the model into HiGHS; an earlier model and its results are forgotten, options stay.
  public func pass(_ model: HighsModel) throws(HighsError) {
    let quadratic = model.hessian
    let code = highs.passModel(
      instance, Int32(model.costs.count), Int32(model.rowLower.count), Int32(model.values.count),
      Int32(quadratic?.values.count ?? 0), 1, 1, model.maximize ? -1 : 1, model.offset, model.costs.baseAddress,
      model.columnLower.baseAddress, model.columnUpper.baseAddress, model.rowLower.baseAddress,
      model.rowUpper.baseAddress, model.starts.baseAddress, model.rows.baseAddress, model.values.baseAddress,
      quadratic?.starts.baseAddress, quadratic?.rows.baseAddress, quadratic?.values.baseAddress,
      model.kinds?.baseAddress)
    guard code >= 0 else { throw .badModel }
    columnCount = model.costs.count
    rowCount = model.rowLower.count
  }

  /// Starts the next solve of a linear program from a basis.
  public func setBasis(columns: [HighsBasisStatus], rows: [HighsBasisStatus]) throws(HighsError) {
    guard columns.count == columnCount, rows.count == rowCount else { throw .badStart }
    let code = highs.setBasis(instance, columns.map(\.rawValue), rows.map(\.rawValue))
    guard code >= 0 else { throw .badStart }
  }

  /// Starts the next solve from a point, one value a column.
  public func setSolution(_ point: [Double]) throws(HighsError) {
    guard point.count == columnCount else { throw .badStart }
    guard highs.setSolution(instance, point, nil, nil, nil) >= 0 else { throw .badStart }
  }

  /// Replaces the whole linear objective, one cost a column.
  public func setCosts(_ costs: [Double]) throws(HighsError) {
    guard costs.count == columnCount else { throw .badModel }
    guard columnCount > 0 else { return }
    guard highs.changeCosts(instance, 0, Int32(columnCount) - 1, costs) >= 0 else { throw .badModel }
  }

  /// Forgets the results and the basis of the last solve, but not the model.
  public func forgetSolution() { _ = highs.clearSolver(instance) }

  /// Solves, and tells what happens meanwhile; `observe` returns false to stop the solve as soon as HiGHS allows.
  ///
  /// HiGHS may call from threads of its own, but `observe` is never entered twice at a time, and never after the return.
  public func run(observe: (HighsEvent) -> Bool = { _ in true }) -> HighsStatus {
    let code = observing(observe) { highs.run(instance) }
    // A failed call leaves the status of whatever was before.
    return code < 0 && !status.isLimit && status != .unknown ? .solveError : status
  }

  /// Runs a call that may solve something, with `observe` listening.
  func observing<R>(_ observe: (HighsEvent) -> Bool, _ body: () -> R) -> R {
    withoutActuallyEscaping(observe) { observe in
      let relay = HighsRelay(columnCount: columnCount, item: highs.callbackItem, observe: observe)
      return withExtendedLifetime(relay) {
        _ = highs.setCallback(instance, HighsRelay.receive, Unmanaged.passUnretained(relay).toOpaque())
        for kind in HighsEvent.Kind.allCases { _ = highs.startCallback(instance, kind.rawValue) }
        // Setting a call-back again also switches every kind of it off, so none reaches a relay that is gone.
        defer { _ = highs.setCallback(instance, HighsRelay.receive, nil) }
        return highs.scheduler.withThreads(threads, body)
      }
    }
  }

  func noteThreads(_ count: Int32) { threads = count }
}

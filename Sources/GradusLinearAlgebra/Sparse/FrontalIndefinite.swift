// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

/// The multifrontal indefinite factorization over the supernodes of a symbolic analysis.
///
/// Complete columns without an acceptable pivot are delayed: they join the complete columns of the parent's front. Storage
/// is laid out for no delays and grows, once, when there are some.
struct FrontalIndefinite: Sendable {
  let symbolic: SymbolicLDL
  private let backend: LinearAlgebraBackend
  /// Entries of the matrix by the supernode that assembles them, and their places in its panel.
  private var entryStart: [Int] = []
  private var entries: [Int32] = []
  private var places: [Int] = []

  private var panels: [Double]
  private var pivots: [Double]
  private var labels: [Int32]
  private var nodes: [FrontNode]
  private var stack: [Double]
  private var work: [Double]
  private var state = FrontalState()

  init(_ symbolic: SymbolicLDL, on backend: LinearAlgebraBackend) {
    self.symbolic = symbolic
    self.backend = backend
    let n = symbolic.order
    panels = [Double](repeating: 0, count: symbolic.factorEntryCount)
    pivots = [Double](repeating: 0, count: 4 * n)
    labels = [Int32](repeating: 0, count: n)
    nodes = [FrontNode](repeating: FrontNode(), count: symbolic.supernodeCount)
    stack = [Double](repeating: 0, count: symbolic.stackSize)
    work = [Double](repeating: 0, count: max(symbolic.workSize, n + 2 * symbolic.maximumRows))
    state.pending.reserveCapacity(64)
    groupEntries()
  }

  private mutating func groupEntries() {
    let count = symbolic.supernodeCount
    var position = [Int32](repeating: 0, count: symbolic.entryCount)
    entryStart = [Int](repeating: 0, count: count + 1)
    for (p, target) in symbolic.target.enumerated() {
      // Panels ascend: bisect.
      var low = 0
      var high = count
      while high - low > 1 {
        let middle = (low + high) / 2
        if symbolic.panelStart[middle] <= target { low = middle } else { high = middle }
      }
      position[p] = Int32(low)
      entryStart[low + 1] += 1
    }
    for s in 0..<count { entryStart[s + 1] += entryStart[s] }
    var next = entryStart
    entries = [Int32](repeating: 0, count: symbolic.entryCount)
    places = [Int](repeating: 0, count: symbolic.entryCount)
    for p in 0..<symbolic.entryCount {
      let s = Int(position[p])
      entries[next[s]] = Int32(p)
      places[next[s]] = symbolic.target[p] - symbolic.panelStart[s]
      next[s] += 1
    }
  }

  var inertia: Inertia { state.inertia }
  /// How often a column was handed to a parent, and the entries of L.
  var delays: Int { state.delays }
  var factorEntryCount: Int { state.panelsUsed }

  /// Returns false when a pivot is not finite.
  mutating func factorize(_ scaled: UnsafePointer<Double>, _ bounds: PivotBounds) -> Bool {
    state.restart()
    while true {
      grow()
      let done = panels.withUnsafeMutableBufferPointer { panels in
        pivots.withUnsafeMutableBufferPointer { pivots in
          labels.withUnsafeMutableBufferPointer { labels in
            nodes.withUnsafeMutableBufferPointer { nodes in
              stack.withUnsafeMutableBufferPointer { stack in
                work.withUnsafeMutableBufferPointer { work in
                  entryStart.withUnsafeBufferPointer { entryStart in
                    entries.withUnsafeBufferPointer { entries in
                      places.withUnsafeBufferPointer { places in
                        symbolic.relative.withUnsafeBufferPointer { relative in
                          var loop = FrontLoop(
                            symbolic: symbolic, kernels: PanelKernels(backend, PivotRule()), bounds: bounds,
                            values: scaled, panels: panels, pivots: pivots, labels: labels, nodes: nodes, stack: stack,
                            work: work, entryStart: entryStart, entries: entries, places: places, relative: relative)
                          return loop.run(&state)
                        }
                      }
                    }
                  }
                }
              }
            }
          }
        }
      }
      if done { break }
    }
    for k in 0..<symbolic.order where !pivots[4 * k].isFinite || !pivots[4 * k + 2].isFinite { return false }
    return true
  }

  /// Makes room for what the front needs at which the loop stopped, and for some more.
  private mutating func grow() {
    func extend<T>(_ array: inout [T], to count: Int, by zero: T) {
      if array.count >= count { return }
      array += [T](repeating: zero, count: count + count / 8 - array.count)
    }
    extend(&panels, to: state.needs.panels, by: 0)
    extend(&labels, to: state.needs.labels, by: 0)
    extend(&stack, to: state.needs.stack, by: 0)
    extend(&work, to: state.needs.work, by: 0)
  }

  /// x ← S·(SAS)⁻¹·S·x.
  mutating func solve(_ x: UnsafeMutablePointer<Double>, _ s: UnsafePointer<Double>) {
    let n = symbolic.order
    symbolic.permutation.withUnsafeBufferPointer { permutation in
      symbolic.rows.withUnsafeBufferPointer { rows in
        panels.withUnsafeBufferPointer { panels in
          pivots.withUnsafeBufferPointer { pivots in
            labels.withUnsafeBufferPointer { labels in
              nodes.withUnsafeBufferPointer { nodes in
                work.withUnsafeMutableBufferPointer { work in
                  guard let y = work.baseAddress, let rows = rows.baseAddress, let panels = panels.baseAddress,
                    let pivots = pivots.baseAddress, let labels = labels.baseAddress
                  else { return }
                  for k in 0..<n { y[k] = x[Int(permutation[k])] * s[Int(permutation[k])] }
                  let solver = FrontalSolve(
                    panels: panels, pivots: pivots, labels: labels, rows: rows, x: y, gather: y + n)
                  for node in 0..<nodes.count { solver.forward(nodes[node]) }
                  for node in stride(from: nodes.count - 1, through: 0, by: -1) { solver.backward(nodes[node]) }
                  for k in 0..<n { x[Int(permutation[k])] = y[k] * s[Int(permutation[k])] }
                }
              }
            }
          }
        }
      }
    }
  }
}

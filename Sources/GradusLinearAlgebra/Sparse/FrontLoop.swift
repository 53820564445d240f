// SPDX-License-Identifier: Apache-2.0

/// Where the factor of one supernode lies: L has `height` rows and `count` columns, and its rows are the `summed` labels
/// and then `rowCount` rows of the symbolic analysis.
struct FrontNode: Sendable {
  var panel = 0
  var pivot = 0
  var label = 0
  var row = 0
  var summed: Int32 = 0
  var count: Int32 = 0
  var rowCount: Int32 = 0

  var height: Int { Int(summed) + Int(rowCount) }
}

/// How far a factorization has come.
struct FrontalState: Sendable {
  struct Contribution: Sendable {
    let node: Int32
    let delayed: Int32
    let start: Int
  }

  struct Needs: Sendable {
    var panels = 0
    var labels = 0
    var stack = 0
    var work = 0
  }

  var next = 0
  var pivotsUsed = 0
  var panelsUsed = 0
  var labelsUsed = 0
  var stackUsed = 0
  var delays = 0
  var pending: [Contribution] = []
  var inertia = Inertia(positive: 0, negative: 0)
  var needs = Needs()
  /// The front at `next` is factorized and waits for room to hand on delayed columns; where its children's stack began.
  var handing: (node: FrontNode, base: Int)?

  mutating func restart() {
    (next, pivotsUsed, panelsUsed, labelsUsed, stackUsed, delays) = (0, 0, 0, 0, 0, 0)
    pending.removeAll(keepingCapacity: true)
    inertia = Inertia(positive: 0, negative: 0)
    handing = nil
  }
}

/// The loop over all fronts in postorder; stops where storage is short and goes on there when called again.
struct FrontLoop {
  let symbolic: SymbolicLDL
  let kernels: PanelKernels
  let bounds: PivotBounds
  let values: UnsafePointer<Double>
  let panels: UnsafeMutableBufferPointer<Double>
  let pivots: UnsafeMutableBufferPointer<Double>
  let labels: UnsafeMutableBufferPointer<Int32>
  let nodes: UnsafeMutableBufferPointer<FrontNode>
  let stack: UnsafeMutableBufferPointer<Double>
  let work: UnsafeMutableBufferPointer<Double>
  let entryStart: UnsafeBufferPointer<Int>
  let entries: UnsafeBufferPointer<Int32>
  let places: UnsafeBufferPointer<Int>
  let relative: UnsafeBufferPointer<Int32>

  private static let block = 32

  /// True when all fronts are done, false when `needs` asks for room.
  mutating func run(_ state: inout FrontalState) -> Bool {
    let count = symbolic.supernodeCount
    while state.next < count {
      let s = state.next
      if let open = state.handing {
        guard handOn(open.node, s, open.base, &state) else { return false }
        state.handing = nil
      } else {
        guard let (node, base) = factorize(s, &state) else { return false }
        if node.count == node.summed {
          finish(node, s, base, &state)
        } else if !handOn(node, s, base, &state) {
          state.handing = (node, base)
          return false
        }
      }
      state.next += 1
    }
    return true
  }

  /// Assembles and factorizes the front of supernode s; nil when room is short. `base`: where its children's stack begins.
  private func factorize(_ s: Int, _ state: inout FrontalState) -> (FrontNode, base: Int)? {
    let begin = symbolic.first[s]
    let width = Int(symbolic.first[s + 1] - begin)
    let rowStart = symbolic.rowStart[s]
    let own = symbolic.rowStart[s + 1] - rowStart
    let below = own - width
    var delayed = 0
    var firstChild = state.pending.count
    while firstChild > 0, symbolic.parent[Int(state.pending[firstChild - 1].node)] == Int32(s) {
      firstChild -= 1
      delayed += Int(state.pending[firstChild].delayed)
    }
    let (summed, height) = (width + delayed, own + delayed)
    let block = below > 0 ? Self.block : 2 * Self.block
    state.needs.panels = state.panelsUsed + height * summed
    state.needs.labels = state.labelsUsed + summed
    state.needs.stack = state.stackUsed + below * below
    state.needs.work = max(below * summed, min(block, summed) * summed, symbolic.order + height)
    guard let panelBase = panels.baseAddress, let labelBase = labels.baseAddress, let pivotBase = pivots.baseAddress,
      let workBase = work.baseAddress, state.needs.panels <= panels.count, state.needs.labels <= labels.count,
      state.needs.stack <= stack.count, state.needs.work <= work.count
    else { return nil }
    let panel = panelBase + state.panelsUsed
    let label = labelBase + state.labelsUsed
    let update = (stack.baseAddress ?? workBase) + state.stackUsed
    panel.update(repeating: 0, count: height * summed)
    for j in 0..<below { (update + j * below + j).update(repeating: 0, count: below - j) }
    assemble(s, panel, own, width, height)
    for j in 0..<width { label[j] = begin + Int32(j) }
    var base = state.stackUsed
    var place = width
    for c in firstChild..<state.pending.count {
      let child = state.pending[c]
      if c == firstChild { base = child.start }
      let node = nodes[Int(child.node)]
      let late = Int(child.delayed)
      let from = labelBase + node.label + Int(node.count)
      for j in 0..<late { label[place + j] = from[j] }
      add(child, node, late, place, width, delayed, panel, height, summed, update, below)
      place += late
    }
    state.pending.removeLast(state.pending.count - firstChild)
    var front = IndefiniteFront(
      panel, height: height, summed: summed, labels: label, pivots: pivotBase + 4 * state.pivotsUsed, bounds)
    front.eliminate(all: symbolic.parent[s] < 0, block: block, kernels, workBase)
    let count = front.count
    state.inertia.positive += front.inertia.positive
    state.inertia.negative += front.inertia.negative
    state.inertia.zero += front.inertia.zero
    if below > 0 && count > 0 {
      FrontKernels.timesD(below, count, panel + summed, height, front.d, into: workBase)
      kernels.subtract(below, below, count, panel + summed, height, workBase, below, from: update, below)
    }
    let node = FrontNode(
      panel: state.panelsUsed, pivot: state.pivotsUsed, label: state.labelsUsed, row: rowStart + width,
      summed: Int32(summed), count: Int32(count), rowCount: Int32(below))
    nodes[s] = node
    state.panelsUsed += height * count
    state.labelsUsed += summed
    state.pivotsUsed += count
    return (node, base)
  }

  /// Adds the entries of the matrix to the panel.
  private func assemble(_ s: Int, _ panel: UnsafeMutablePointer<Double>, _ own: Int, _ width: Int, _ height: Int) {
    let range = entryStart[s]..<entryStart[s + 1]
    if own == height {
      for k in range { panel[places[k]] += values[Int(entries[k])] }
    } else {
      for k in range {
        let (column, row) = places[k].quotientAndRemainder(dividingBy: own)
        panel[column * height + (row < width ? row : row + height - own)] += values[Int(entries[k])]
      }
    }
  }

  /// Adds a child's contribution, whose first `late` columns are delayed ones that become complete columns from `place` on.
  private func add(
    _ child: FrontalState.Contribution, _ node: FrontNode, _ late: Int, _ place: Int, _ width: Int, _ delayed: Int,
    _ panel: UnsafeMutablePointer<Double>, _ height: Int, _ summed: Int, _ update: UnsafeMutablePointer<Double>,
    _ below: Int
  ) {
    guard let stackBase = stack.baseAddress, let relativeBase = relative.baseAddress else { return }
    let map = relativeBase + node.row
    let rowCount = Int(node.rowCount)
    let size = rowCount + late
    let source = stackBase + child.start
    // Rows of the parent's own columns come before its delayed ones, all others after them.
    let shift = { (r: Int) in r < width ? r : r + delayed }
    for j in 0..<late {
      let from = source + j * size
      let column = place + j
      for i in j..<late { panel[column * height + place + i] += from[i] }
      for i in 0..<rowCount {
        let row = shift(Int(map[i]))
        panel[row < column ? row * height + column : column * height + row] += from[late + i]
      }
    }
    for j in 0..<rowCount {
      let column = shift(Int(map[j]))
      let from = source + (late + j) * size + late
      if column >= summed {
        let to = update + (column - summed) * below - summed + delayed
        for i in j..<rowCount { to[Int(map[i])] += from[i] }
      } else if delayed == 0 {
        let to = panel + column * height
        for i in j..<rowCount { to[Int(map[i])] += from[i] }
      } else {
        let to = panel + column * height
        for i in j..<rowCount { to[shift(Int(map[i]))] += from[i] }
      }
    }
  }

  /// Moves the update matrix of a front without delays to the place of its children's.
  private func finish(_ node: FrontNode, _ s: Int, _ base: Int, _ state: inout FrontalState) {
    let below = Int(node.rowCount)
    if below > 0 {
      if let stackBase = stack.baseAddress, base < state.stackUsed {
        (stackBase + base).update(from: stackBase + state.stackUsed, count: below * below)
      }
      state.pending.append(FrontalState.Contribution(node: Int32(s), delayed: 0, start: base))
    }
    state.stackUsed = base + below * below
  }

  /// Puts the delayed columns before the update matrix; false when room is short.
  private func handOn(_ node: FrontNode, _ s: Int, _ base: Int, _ state: inout FrontalState) -> Bool {
    let below = Int(node.rowCount)
    let (summed, count, height) = (Int(node.summed), Int(node.count), node.height)
    let late = summed - count
    let size = late + below
    state.needs.stack = state.stackUsed + below * below + size * size
    guard let stackBase = stack.baseAddress, let panelBase = panels.baseAddress, state.needs.stack <= stack.count
    else { return false }
    let update = stackBase + state.stackUsed
    let whole = update + below * below
    for j in 0..<late {
      let column = panelBase + node.panel + (count + j) * height + count
      (whole + j * size + j).update(from: column + j, count: size - j)
    }
    for j in 0..<below {
      (whole + (late + j) * size + late + j).update(from: update + j * below + j, count: below - j)
    }
    (stackBase + base).update(from: whole, count: size * size)
    state.pending.append(FrontalState.Contribution(node: Int32(s), delayed: Int32(late), start: base))
    state.delays += late
    state.stackUsed = base + size * size
    return true
  }
}

// SPDX-License-Identifier: Apache-2.0
internal import GradusNumerics

/// The numbers of one evaluation: values, slopes, adjoints. Belongs to one question at a time; made once, used often.
///
/// What was computed for a point is kept until another point comes: derivatives asked after values at the same point do
/// not evaluate again.
package struct TapeWorkspace: Sendable {
  /// The tape in one object: a pass for one row must not count references to all its arrays.
  private final class Shared: Sendable {
    let tape: Tape
    init(_ tape: Tape) { self.tape = tape }
  }

  private let shared: Shared
  var tape: Tape { shared.tape }
  private(set) var values: [Double]
  /// One slope an argument, parallel to `graph.arguments`; those of sums are their weights.
  private(set) var slopes: [Double]
  var adjoints: [Double]
  private var point: [Double] = []
  private var slopesAreCurrent = false
  var curvaturesAreCurrent = false
  /// Second derivatives at the curved nodes, and weights of pushed edges: storage of `CurvatureProgram`.
  var curvatures: [Double] = []
  var edges: [Double] = []
  var tangents: [Double] = []

  package init(_ tape: Tape) {
    shared = Shared(tape)
    values = tape.graph.numbers
    slopes = tape.graph.weights
    adjoints = [Double](repeating: 0, count: tape.graph.count)
  }

  /// Makes `values` those at `x`. Cost: nothing when they are already; one operation a node otherwise.
  package mutating func evaluate(at x: [Double]) {
    // −0 equals 0 and need not lead to the same bits.
    if x.elementsEqual(point, by: { $0.bitPattern == $1.bitPattern }) { return }
    let n = tape.program.variableCount
    precondition(x.count == n, "a point of \(n) variables was expected")
    point = x
    slopesAreCurrent = false
    curvaturesAreCurrent = false
    let graph = tape.graph
    let count = graph.count
    values.withUnsafeMutableBufferPointer { v in
      graph.operations.withUnsafeBufferPointer { operations in
        graph.starts.withUnsafeBufferPointer { starts in
          graph.arguments.withUnsafeBufferPointer { arguments in
            graph.numbers.withUnsafeBufferPointer { numbers in
              graph.weights.withUnsafeBufferPointer { weights in
                for j in 0..<n { v[j] = x[j] }
                for i in n..<count {
                  let first = Int(starts[i])
                  let operation = operations[i]
                  switch operation {
                  case .constant: continue
                  case .sum:
                    var total = numbers[i]
                    for p in first..<Int(starts[i + 1]) { total += weights[p] * v[Int(arguments[p])] }
                    v[i] = total
                  case .product: v[i] = v[Int(arguments[first])] * v[Int(arguments[first + 1])]
                  case .square:
                    let a = v[Int(arguments[first])]
                    v[i] = a * a
                  case .constantPower: v[i] = integralPower(v[Int(arguments[first])], numbers[i])
                  case .conditional:
                    v[i] = v[Int(arguments[first + (v[Int(arguments[first])] != 0 ? 1 : 2)])]
                  default:
                    if starts[i + 1] - starts[i] == 1 {
                      v[i] = operation.value(v[Int(arguments[first])])
                    } else {
                      v[i] = operation.value(v[Int(arguments[first])], v[Int(arguments[first + 1])])
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

  /// Makes `slopes` those at the point of the last `evaluate`.
  mutating func differentiate() {
    if slopesAreCurrent { return }
    slopesAreCurrent = true
    let tape = tape
    let graph = tape.graph
    slopes.withUnsafeMutableBufferPointer { slopes in
      values.withUnsafeBufferPointer { v in
        graph.operations.withUnsafeBufferPointer { operations in
          graph.starts.withUnsafeBufferPointer { starts in
            graph.arguments.withUnsafeBufferPointer { arguments in
              graph.numbers.withUnsafeBufferPointer { numbers in
                for i in tape.program.variableCount..<graph.count {
                  let first = Int(starts[i])
                  let operation = operations[i]
                  switch operation {
                  case .constant, .sum: continue
                  case .product:
                    slopes[first] = v[Int(arguments[first + 1])]
                    slopes[first + 1] = v[Int(arguments[first])]
                  case .square: slopes[first] = 2 * v[Int(arguments[first])]
                  case .conditional:
                    let holds = v[Int(arguments[first])] != 0
                    slopes[first] = 0
                    slopes[first + 1] = holds ? 1 : 0
                    slopes[first + 2] = holds ? 0 : 1
                  default:
                    if starts[i + 1] - starts[i] == 1 {
                      slopes[first] = operation.slope(v[Int(arguments[first])], v[i], number: numbers[i])
                    } else {
                      (slopes[first], slopes[first + 1]) = operation.slopes(
                        v[Int(arguments[first])], v[Int(arguments[first + 1])], v[i])
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

  /// The value of root `i` (a row, or the objective behind the last row) without its linear part.
  func rootValue(_ i: Int) -> Double {
    let root = shared.tape.roots[i]
    return root < 0 ? 0 : values[Int(root)]
  }

  /// One backward pass for root `i`. Adjoints of constants and conditions are written and never read. Hands
  /// `weight`·∂root/∂x_j to `take`, one call a supporting variable in order.
  mutating func reverse(_ i: Int, weight: Double = 1, take: (_ place: Int, _ derivative: Double) -> Void) {
    let shared = shared
    guard shared.tape.roots[i] >= 0 else { return }
    differentiate()
    adjoints.withUnsafeMutableBufferPointer { adjoints in
      slopes.withUnsafeBufferPointer { slopes in
        shared.tape.graph.starts.withUnsafeBufferPointer { starts in
          shared.tape.graph.arguments.withUnsafeBufferPointer { arguments in
            shared.tape.rowNodes.withUnsafeBufferPointer { rowNodes in
              adjoints[Int(shared.tape.roots[i])] = weight
              for k in shared.tape.rowStarts[i]..<shared.tape.rowStarts[i + 1] {
                let node = Int(rowNodes[k])
                let adjoint = adjoints[node]
                adjoints[node] = 0
                // Zero times an infinite slope would be NaN where nothing depends on the node.
                if adjoint == 0 { continue }
                for p in Int(starts[node])..<Int(starts[node + 1]) {
                  adjoints[Int(arguments[p])] += adjoint * slopes[p]
                }
              }
              for k in shared.tape.supportStarts[i]..<shared.tape.supportStarts[i + 1] {
                let j = Int(shared.tape.supports[k])
                take(k, adjoints[j])
                adjoints[j] = 0
              }
            }
          }
        }
      }
    }
  }
}

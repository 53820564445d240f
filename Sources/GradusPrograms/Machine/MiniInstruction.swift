// SPDX-License-Identifier: Apache-2.0

/// One instruction: an operation, what it costs, and three operands.
///
/// An operand is a register, counted from the frame of the function, or a constant where it is negative. Strings and lists lie in the
/// heap, and a register owns one reference to its own unless said otherwise: what makes one writes into a register that owns none.
struct MiniInstruction: Sendable, Hashable {
  enum Code: UInt8, Sendable {
    /// a ← b, by the bits; of a handle: the reference goes along, or is borrowed.
    case move
    /// a ← b, with a reference of its own.
    case share
    /// Gives the reference of a up.
    case drop
    /// a gives up what it has and takes over b.
    case replace
    case add, subtract, multiply, divide, remainder, negate
    case addFloat, subtractFloat, multiplyFloat, divideFloat, negateFloat
    case equal, unequal, less, atMost
    case equalFloat, unequalFloat, lessFloat, atMostFloat
    /// Of handles, of the type whose number follows in the next instruction.
    case equalDeep, unequalDeep, lessText, atMostText
    case not
    case jump, jumpIfFalse, jumpIfTrue
    /// To c unless a < b.
    case jumpUnlessLess
    /// a ← a + 1, then to c if a < b.
    case loopNext
    case count
    /// a ← element c of b.
    case element, elementShared, elementText
    /// Element b of a ← c.
    case setElement, setElementHandle
    /// a ← element c of b, taken out of it; put back by `setElementBack`: element b of a ← c.
    case detach, setElementBack
    case push, pushHandle
    /// a ← the b elements from the register c on; the handles' references go along.
    case makeList, makeHandleList
    case joinLists
    /// a ← built-in function c of the registers from b on.
    case builtin
    /// a ← function c of the registers from b on.
    case call
    case give
    case tool
    /// a comes from no tool.
    case forget
    /// Where a came from, a move with `origin`.
    case moveTraced
    case type
  }

  var code: Code
  var cost: Int32
  var a: Int32
  var b: Int32
  var c: Int32

  init(_ code: Code, _ a: Int32 = 0, _ b: Int32 = 0, _ c: Int32 = 0, cost: Int32 = 1) {
    self.code = code
    self.cost = cost
    self.a = a
    self.b = b
    self.c = c
  }
}

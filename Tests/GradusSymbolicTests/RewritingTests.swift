// SPDX-License-Identifier: Apache-2.0
import GradusModeling
import Testing

@Suite struct RewritingTests {
  private let model = Model("terms")

  private func term(_ formula: Formula) -> FormulaTerm { FormulaTerm(formula) }

  @Test func slotsTakeTermsInAnyOrder() throws {
    let x = model.variable("x"), y = model.variable("y")
    let rule = PatternRule(
      "pythagoras", .apply(.sine, "a") ** 2 + .apply(.cosine, "a") ** 2 + .rest("others"),
      1 + Pattern.rest("others"))
    let result = try #require(rule.applied(to: term(cos(x) ** 2 + y + sin(x) ** 2)))
    #expect(result == term(1 + y))
    #expect(rule.applied(to: term(cos(x) ** 2 + y + sin(y) ** 2)) == nil)
  }

  @Test func typedSlotsTakeTheirKindOnly() {
    let x = model.variable("x")
    let rule = PatternRule(
      "exp(n·log a) = aⁿ", .apply(.exponential, .slot("n", .wholeNumber) * .apply(.logarithm, "a")), "a" ** "n")
    #expect(rule.applied(to: term(exp(3 * log(x)))) == term(x ** 3))
    #expect(rule.applied(to: term(exp(2.5 * log(x)))) == nil)
    let symbols = PatternRule("symbol", .apply(.sine, .slot("s", .symbol)), 0)
    #expect(symbols.applied(to: term(sin(x))) == term(0))
    #expect(symbols.applied(to: term(sin(x * x))) == nil)
  }

  @Test func combinatorsCombine() {
    let x = model.variable("x")
    let unwrap = Rewriter<FormulaTerm>(PatternRule("log exp", .apply(.logarithm, .apply(.exponential, "a")), "a"))
    let nested = term(sin(log(exp(log(exp(x))))))
    #expect(unwrap(nested) == nil)
    #expect(Rewriter.passThrough(unwrap)(nested) == nested)
    #expect(Rewriter.postwalk(unwrap)(nested) == term(sin(x)))
    #expect(Rewriter.fixpoint(.prewalk(unwrap))(nested) == term(sin(x)))
    let toZero = Rewriter<FormulaTerm>(PatternRule("sin", .apply(.sine, "a"), 0))
    #expect(Rewriter.chain([.postwalk(unwrap), toZero])(nested) == term(0))
    #expect(Rewriter.restartedChain([unwrap, toZero])(nested) == term(0))
    let choice = Rewriter.ifElse({ $0.operation == .sine }, toZero, unwrap)
    #expect(choice(nested) == term(0))
    #expect(choice(term(log(exp(x)))) == term(x))
  }

  @Test func walksAreSafeOnDeepTerms() {
    var y = model.variable("x")
    for _ in 0..<20_000 { y = sin(y) }
    let rule = Rewriter<FormulaTerm>(PatternRule("cos", .apply(.sine, "a"), .apply(.cosine, "a")))
    #expect(Rewriter.postwalk(rule)(term(y))?.operation == .cosine)
  }

  @Test func hopelessMatchesEnd() {
    let x = (0..<30).map { model.variable("x\($0)") }
    var pattern: Pattern = "a0"
    for k in 1..<20 { pattern = pattern + .slot("a\(k)", .any) }
    pattern = pattern + .apply(.tangent, "z") + .apply(.tangent, .apply(.sine, "a0"))
    let sum = Formula.sum(x) + tan(x[0]) + tan(x[1])
    #expect(PatternRule("none", pattern, 0).applied(to: term(sum)) == nil)
  }

  @Test func multiplesAndPowersAreSeen() {
    let x = model.variable("x"), y = model.variable("y")
    #expect(term(3 * x * y).operation == .product)
    #expect(term(3 * x * y).arguments.count == 3)
    #expect(term(x ** 2).operation == .power)
    #expect(term(2 * x + y).arguments == [term(2 * x), term(y)])
  }
}

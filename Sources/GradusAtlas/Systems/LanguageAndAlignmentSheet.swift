// SPDX-License-Identifier: Apache-2.0

extension AtlasSystem {
  /// The sheet "language-and-alignment": 49 systems.
  static let languageAndAlignment = parse(
    sheet: "language-and-alignment",
    #"""
    # One graph for numbers and words

    trace-opto
    GradusTrace
    Trace is the New AutoDiff: Unlocking Efficient Optimization of Computational Workflows
    execution traces as what an optimizer of numbers, prompts and code is told

    textgrad
    GradusLanguage
    TextGrad: Automatic "Differentiation" via Text
    criticism in words passed back through a graph of texts

    dspy-compile
    GradusLanguage
    DSPy: Compiling Declarative Language Model Calls into Self-Improving Pipelines
    language programs whose prompts and examples are compiled against a metric

    # Prompt search and selection

    ape
    GradusLanguage
    Large Language Models Are Human-Level Prompt Engineers
    instructions proposed by a model and selected by score

    claps
    GradusLanguage
    Survival of the Most Influential Prompts: Efficient Black-Box Prompt Search via Clustering and Pruning
    black-box prompt search in a vocabulary cut down by clustering and influence

    promst
    GradusLanguage
    PRompt Optimization in Multi-Step Tasks (PROMST): Integrating Human Feedback and Heuristic-based Sampling
    multi-step prompts improved by human rules and a score model

    spo-prompt
    GradusLanguage
    Self-Supervised Prompt Optimization
    prompts improved by comparing outputs, without reference answers

    exemplar-vs-instruction
    GradusStudy
    Teach Better or Show Smarter? On Instructions and Exemplars in Automatic Prompt Optimization
    how much of a gain comes from examples and how much from the instruction

    prompt-control-survey
    GradusLanguage
    Automatic Prompt Optimization Techniques: Exploring the Potential for Synthetic Data Generation
    control levels of prompt optimizers, tried on generating data

    decoding-study
    GradusStudy
    Systematic Optimization of Open Source Large Language Models for Mathematical Reasoning
    decoding settings tuned for accuracy against cost

    # Planning, tools and workflows at inference time

    plangen
    GradusLanguage
    PlanGEN: A Multi-Agent Framework for Generating Planning and Reasoning Trajectories for Complex Problem Solving
    planning by agents that constrain, verify and pick an inference algorithm

    blackbox-tools
    GradusLanguage
    SwissNYF: Tool Grounded LLM Agents for Black Box Setting (TOPGUN)
    tool plans for functions that can only be described, not called

    workgraph
    GradusDiscrete
    Opus: A Large Work Model for Complex Workflow Generation
    workflows generated as graphs under constraints

    # Preference losses on complete or step-wise answers

    step-dpo
    GradusPreference
    Step-DPO: Step-wise Preference Optimization for Long-chain Reasoning of LLMs
    preference pairs that begin at the first wrong step

    tree-po
    GradusPreference
    TPO: Aligning Large Language Models with Multi-branch & Multi-step Preference Trees
    preferences over whole trees of partial answers

    accel-po
    GradusPreference
    Accelerated Preference Optimization for Large Language Model Alignment
    preference optimization with momentum between its rounds

    orca-math
    GradusPreference
    Orca-Math: Unlocking the potential of SLMs in Grade School Math
    a small model taught by rounds of its own right and wrong answers

    preflexor
    GradusPreference
    PRefLexOR: Preference-based Recursive Language Modeling for Exploratory Optimization of Reasoning and Agentic \#
    Thinking
    recursive reasoning trained by preferences with hidden thinking

    spo-step
    GradusPreference
    Step-aware Preference Optimization: Aligning Preference with Denoising Performance at Each Step
    diffusion preferences judged step by step

    self-npo
    GradusDynamics
    Self-NPO: Data-Free Diffusion Model Enhancement via Truncated Diffusion Fine-Tuning
    a negative model made from the model itself, for guidance

    # Search trees that teach policies and verifiers

    mcts-dpo
    GradusPreference
    Monte Carlo Tree Search Boosts Reasoning via Iterative Preference Learning
    search trees that yield step preferences, round after round

    step-apo
    GradusPreference
    CPL: Critical Plan Step Learning Boosts LLM Generalization in Reasoning Tasks
    plan steps valued by search and learned with a margin

    alphamath
    GradusReinforcement
    AlphaMath Almost Zero: process Supervision without process
    a value model taught by search without step labels

    pav
    GradusReinforcement
    Rewarding Progress: Scaling Automated Process Verifiers for LLM Reasoning
    rewards for progress toward the answer instead of for correctness alone

    srm-probe
    GradusPreference
    What Are Step-Level Reward Models Rewarding? Counterintuitive Findings from MCTS-Boosted Mathematical Reasoning
    what step-level reward models really look at

    # Rewards, constraints and group-relative policy optimization

    grao
    GradusPreference
    Learning to Align, Aligning to Learn: A Unified Approach for Self-Optimized Alignment
    imitation and exploration mixed in one alignment objective

    urpo
    GradusReinforcement
    URPO: A Unified Reward & Policy Optimization Framework for Large Language Models
    one model that answers and judges, trained in one loop

    copo
    GradusReinforcement
    COPO: Consistency-Aware Policy Optimization
    a signal across groups when all answers of a group agree

    thor
    GradusReinforcement
    THOR: Tool-Integrated Hierarchical Optimization via RL for Mathematical Reasoning
    reasoning with tools, rewarded for the answer and corrected at failed calls

    dr-po
    GradusReinforcement
    Dataset Reset Policy Optimization for RLHF
    policy learning that restarts from states of recorded data

    constrained-rlhf
    GradusReinforcement
    Confronting Reward Model Overoptimization with Constrained RLHF
    reward terms held below the point at which they mislead

    rm-ensemble
    GradusPreference
    Reward Model Ensembles Help Mitigate Overoptimization
    several reward models whose disagreement tempers optimization

    pg-rank
    GradusPreference
    Policy-Gradient Training of Language Models for Ranking
    ranking policies trained by policy gradients on the list

    # Programs, execution feedback, tests and efficiency

    coderl
    GradusReinforcement
    CodeRL: Mastering Code Generation through Pretrained Models and Deep Reinforcement Learning
    program synthesis with a critic that predicts test outcomes

    b-coder
    GradusReinforcement
    B-Coder: Value-Based Deep Reinforcement Learning for Program Synthesis
    value learning for programs from a pretrained start

    code-rrhf
    GradusPreference
    Leveraging Reinforcement Learning and Large Language Models for Code Optimization (PerfRL)
    faster code learned from ranked rewrites

    acecode
    GradusReinforcement
    ACECode: A Reinforcement Learning Framework for Aligning Code Efficiency and Correctness in Code Language Models
    correctness and speed of generated code in one reward

    refactor-rl
    GradusReinforcement
    Generating refactored code accurately using reinforcement learning
    refactorings learned under compile and test rewards

    effi-code
    GradusDiscovery
    Effi-Code: Unleashing Code Efficiency in Language Models
    a set of programs made efficient by measuring and rewriting

    enamel
    GradusStudy
    How Efficient is LLM-Generated Code? A Rigorous & High-Standard Benchmark
    an efficiency score for generated code that copes with timeouts

    b4
    GradusDiscovery
    B4: Towards Optimal Assessment of Plausible Code Solutions with Plausible Tests
    choosing among programs and tests when either may be wrong

    funcoder
    GradusDiscovery
    Divide-and-Conquer Meets Consensus: Unleashing the Power of Functions in Code Generation
    functions written top-down and chosen by agreement

    puzzles
    GradusDiscovery
    Programming Puzzles
    problems stated as a check that an answer must pass

    synth-protocol
    GradusStudy
    Program Synthesis with Large Language Models
    how to evaluate program synthesis by samples

    kernel-dialogue
    GradusLanguage
    LLM Interactive Optimization of Open Source Python Libraries: Case Studies and Generalization
    a library function made faster in dialogue with a person

    cogex
    GradusLanguage
    Learning to Reason via Program Generation, Emulation, and Search
    reasoning by programs that the model itself emulates

    # Latent programs and structured sequences

    lpn
    GradusDiscovery
    Searching Latent Program Spaces
    a latent space of programs searched at test time

    unigeo
    GradusLearning
    UniGeo: Unifying Geometry Logical Reasoning via Reformulating Mathematical Expression
    geometry calculation and proof as one sequence task

    layout-lm
    GradusLearning
    Smaller But Better: Unifying Layout Generation with Smaller Large Language Models (LGGPT)
    one small sequence model for many kinds of page layout

    """#)
}

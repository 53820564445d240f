// SPDX-License-Identifier: Apache-2.0

extension AtlasSystem {
  /// The sheet "search-and-decisions": 43 systems.
  static let searchAndDecisions = parse(
    sheet: "search-and-decisions",
    #"""
    # From words to verified models

    OptMATH
    GradusModeling
    OptMATH: A Scalable Bidirectional Data Synthesis Framework for Optimization Modeling
    problem texts and models generated in pairs and kept when both have the same optimum

    LLMOPT
    GradusModeling
    LLMOPT: Learning to Define and Solve General Optimization Problems from Scratch
    words to a five-element model to an answer, with a model taught for each step

    AlphaOPT
    GradusLanguage
    AlphaOPT: Formulating Optimization Programs with Self-Improving LLM Experience Library
    a library of modeling insights that grows with every solved problem

    ORThought
    GradusLanguage
    Automated Optimization Modeling through Expert-Guided Large Language Model Reasoning
    expert reasoning steps that turn a description into an optimization model

    OptiBench and ReSocratic
    GradusModeling
    OptiBench Meets ReSocratic: Measure and Improve LLMs for Optimization Modeling
    a benchmark of word problems and data written backwards from solutions

    LLMFP
    GradusModeling
    Planning Anything with Rigor: General-Purpose Zero-Shot Planning with LLM-based Formalized Programming
    planning tasks stated as constrained optimization and given to a solver

    # Surrogates, acquisition and offline search

    BO toolkit
    GradusBlackBox
    A Tutorial on Bayesian Optimization
    Gaussian processes and acquisition rules for expensive functions

    MF-BO
    GradusBlackBox
    Multi-fidelity Bayesian Optimization in Engineering Design
    Bayesian optimization that also buys cheap approximate evaluations

    INSTINCT
    GradusLanguage
    Use Your INSTINCT: INSTruction optimization for LLMs usIng Neural bandits Coupled with Transformers
    instructions chosen by a neural bandit on top of a frozen transformer

    IGNITE
    GradusBlackBox
    Incorporating Surrogate Gradient Norm to Improve Offline Optimization Techniques
    offline optimization on a surrogate trained to have small gradient norm

    LLMTune
    GradusStudy
    LLMTune: Accelerate Database Knob Tuning with Large Language Models
    database settings proposed by a sequence model, then tuned further

    # Zeroth-order, ranking and particle search

    ZO-RankSGD
    GradusBlackBox
    Zeroth-Order Optimization Meets Human Feedback: Provable Learning via Ranking Oracles
    descent from rankings alone, as people give them

    FZooS
    GradusBlackBox
    Federated Zeroth-Order Optimization using Trajectory-Informed Surrogate Gradients
    federated search without gradients, with surrogates along the trajectories

    CBO and consensus hopping
    GradusBlackBox
    Gradient is All You Need?
    particles that agree on a weighted mean, and what they share with gradients

    STAX
    GradusBlackBox
    Discovering and Exploiting Sparse Rewards in a Learned Behavior Space
    exploration of a learned behavior space that follows rewards when it meets them

    # Policy optimisation core, adaptation and tuning practice

    N-PG-IGT and N-HARPG
    GradusReinforcement
    Stochastic Policy Gradient Methods: Improved Sample Complexity for Fisher-non-degenerate Policies
    policy gradients with momentum that need fewer samples

    Reptile for RL
    GradusBilevel
    RAMario: Experimental Approach to Reptile Algorithm -- Reinforcement Learning for Mario
    a start from which a few steps adapt a policy to a new level

    Objective mismatch
    GradusReinforcement
    Objective Mismatch in Model-based Reinforcement Learning
    when a better dynamics model makes worse control, and a remedy

    AutoRL practice
    GradusStudy
    Hyperparameters in Reinforcement Learning and How To Tune Them
    tuning of learning agents with separate seeds for tuning and testing

    N2N
    GradusReinforcement
    N2N Learning: Network to Network Compression via Policy Gradient Reinforcement Learning
    policies that shrink a network while it keeps its accuracy

    # Constraints, safety and several objectives

    TSCAC
    GradusReinforcement
    Two-Stage Constrained Actor-Critic for Short Video Recommendation
    recommendation that serves a main goal near policies for the side goals

    StepMix
    GradusReinforcement
    Near-optimal Conservative Exploration in Reinforcement Learning under Episode-wise Constraints
    exploration that no episode makes much worse than a safe baseline

    C-MORL
    GradusMultiObjective
    C-MORL: Multi-Objective Reinforcement Learning through Efficient Discovery of Pareto Front
    a Pareto front of policies grown from its sparse parts

    Tuning MORL
    GradusStudy
    Hyperparameter Optimization for Multi-Objective Reinforcement Learning
    tuning of multi-objective learners by a front metric over seeds

    MOGFN
    GradusMultiObjective
    Multi-Objective GFlowNets
    diverse candidates sampled in proportion to a scalarized reward

    # Outer loops over learning: meta-learning, reward design, alignment

    TA-LPG / TA-LPO
    GradusDiscovery
    Discovering Temporally-Aware Reinforcement Learning Algorithms
    learned update rules for agents that know how much time is left

    GROOVE
    GradusDiscovery
    Discovering General Reinforcement Learning Algorithms with Adversarial Environment Design
    learned update rules trained on levels where they regret most

    PARL / A-PARL
    GradusBilevel
    PARL: A Unified Framework for Policy Alignment in Reinforcement Learning
    reward learning from preferences as a bilevel problem with data of the current policy

    BARFI
    GradusBilevel
    Behavior Alignment via Reward Function Optimization
    how far to trust a designer's reward, learned by bilevel optimization

    DERL
    GradusDiscovery
    Differentiable Evolutionary Reinforcement Learning
    reward formulas written by a policy that is trained on their effect

    Learning to actively learn
    GradusDiscovery
    Learning to Actively Learn: A Robust Approach
    a query policy trained against the hardest instances of every class

    # Learned combinatorial search and decision-focused surrogates

    UDC
    GradusDiscrete
    UDC: A Unified Neural Divide-and-Conquer Framework for Large-Scale Combinatorial Optimization Problems
    large routing problems divided by one network and improved piecewise by another

    BQ-NCO
    GradusDiscrete
    BQ-NCO: Bisimulation Quotienting for Efficient Neural Combinatorial Optimization
    constructive routing on reduced states that carries over to larger instances

    CP-RL for job shops
    GradusDiscrete
    An End-to-End Reinforcement Learning Approach for Job-Shop Scheduling Problems Based on Constraint Programming
    dispatching learned inside a constraint-programming model

    Q* search
    GradusDiscrete
    A* Search Without Expansions: Learning Heuristic Functions with Deep Q-Networks
    best-first search over edges ranked by a Q-network, so that few nodes are generated

    FORGE
    GradusDiscrete
    FORGE: Foundational Optimization Representations from Graph Embeddings
    instance embeddings from unsupervised training on mixed-integer programs

    UAM fleet policy
    GradusReinforcement
    Graph Learning-based Fleet Scheduling for Urban Air Mobility under Operational Constraints, Varying Demand & \#
    Uncertainties
    air-taxi dispatch by a learned graph policy under uncertain demand

    GNN–GA network design
    GradusBilevel
    A hybrid deep-learning-metaheuristic framework for bi-level network design problems
    road networks designed by a genetic algorithm with a predicted equilibrium

    Neur2RO
    GradusRobust
    Neur2RO: Neural Two-Stage Robust Optimization
    two-stage robust programs with a network in place of the second stage

    # QUBO and circuit-based optimisation

    Slack-free Lagrangian encodings
    GradusDiscrete
    Cutting Slack: Quantum Optimization with Slack-Free Methods for Combinatorial Benchmarks
    constraints of binary quadratic problems by multipliers instead of slack bits

    Quantum benchmark
    GradusDiscrete
    A Comparative Study of Quantum Optimization Techniques for Solving Combinatorial Optimization Benchmark Problems
    variational circuit methods compared on standard binary problems

    VQC and local optimisers
    GradusDiscrete
    Evaluating the Performance of Some Local Optimizers for Variational Quantum Classifiers
    optimizers for a variational circuit classifier, compared

    # Testing and rare events

    Adaptive dense testing
    GradusRobust
    Adaptive Testing Environment Generation for Connected and Automated Vehicles with Dense Reinforcement Learning
    rare crashes estimated with few runs by a mixture that adapts

    """#)
}

package stats

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// logistic is a ridge regression of yes or no on features; the first feature is the
// constant, which is not shrunk.
type logistic []float64

const ridge = 1 // in rows: what a coefficient of 1 costs

// fit takes Newton steps from b, on the rows of x (k numbers each) that use keeps.
func (b logistic) fit(x []float64, y []bool, use func(i int) bool) {
	k := len(b)
	gradient, hessian := make([]float64, k), make([]float64, k*k)
	for range 25 {
		clear(gradient)
		clear(hessian)
		for j := 1; j < k; j++ {
			gradient[j], hessian[j*k+j] = -ridge*b[j], ridge
		}
		hessian[0] = 1e-6 // so that no rows are no accident
		for i := range y {
			if use(i) {
				b.learn(x[i*k:][:k], y[i], gradient, hessian)
			}
		}
		for i := range k {
			for j := range i {
				hessian[i*k+j] = hessian[j*k+i]
			}
		}
		var factors mat.Cholesky
		var step mat.VecDense
		if !factors.Factorize(mat.NewSymDense(k, hessian)) || factors.SolveVecTo(&step, mat.NewVecDense(k, gradient)) != nil {
			return
		}
		largest := 0.0
		for j := range b {
			move := min(max(step.AtVec(j), -2), 2) // where all answers are alike it would run away
			b[j] += move
			largest = max(largest, math.Abs(move))
		}
		if largest < 1e-5 {
			return
		}
	}
}

// learn adds one row to the gradient and the upper half of the Hessian.
func (b logistic) learn(x []float64, y bool, gradient, hessian []float64) {
	p := b.at(x)
	w := p * (1 - p)
	for j, xj := range x {
		gradient[j] += (one(y) - p) * xj
		row := hessian[j*len(b):][:len(b)]
		for l := j; l < len(x); l++ {
			row[l] += w * xj * x[l]
		}
	}
}

// at is the probability at x.
func (b logistic) at(x []float64) float64 { return 1 / (1 + math.Exp(-dot(b, x))) }

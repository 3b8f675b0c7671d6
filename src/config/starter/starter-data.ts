/** Invented customers. */
export const customersCsv = `customer_id,name,country,since
1,Ada Brook,GB,2023-02-11
2,Ben Castillo,ES,2023-03-02
3,Chiara Dunn,IT,2023-05-19
4,Daan Evers,NL,2023-08-07
5,Elif Fidan,TR,2023-11-23
6,Farid Gul,AF,2024-01-15
`;

/** Invented orders; one has a negative amount, which the starter's check sets aside. */
export const ordersCsv = `order_id,customer_id,ordered_at,status,amount
1001,1,2024-05-01,paid,120.00
1002,2,2024-05-01,paid,35.50
1003,3,2024-05-01,cancelled,80.00
1004,1,2024-05-02,paid,19.99
1005,4,2024-05-02,paid,240.00
1006,5,2024-05-02,open,66.10
1007,2,2024-05-03,paid,-12.00
1008,6,2024-05-03,paid,310.25
1009,3,2024-05-03,paid,45.00
1010,4,2024-05-04,paid,18.75
1011,1,2024-05-04,paid,99.90
1012,5,2024-05-04,paid,150.00
`;
